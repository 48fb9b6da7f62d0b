import { describe, expect, it } from "vitest";

import { makeMarket, makeVenue } from "@/testing/factories";

import { eastToWest, eventWord, labelOf, phaseOf, secondsLeft, statusAt } from "./venues";

describe("a venue's cell", () => {
  it("has a word, a glyph and a tone for every phase, all different in glyph", () => {
    const phases = ["PREOPEN", "OPEN", "LUNCH", "PRECLOSE", "CLOSED", "HOLIDAY"].map((phase) => phaseOf({ phase, status: "OPEN" }));
    expect(new Set(phases.map(({ glyph }) => glyph)).size).toBe(6);
    expect(phases.map(({ tone }) => tone)).toEqual(["soon", "open", "soon", "soon", "closed", "closed"]);
  });

  it("shows a phase it does not know as it came", () => {
    expect(phaseOf({ phase: "AUCTION", status: "CLOSED" })).toEqual({ word: "auction", glyph: "○", tone: "closed" });
    expect(phaseOf({ phase: "AUCTION", status: "OPEN" }).tone).toBe("open");
  });

  it("names the next event", () => {
    expect(["OPEN", "CLOSE", "LUNCH_START", "LUNCH_END", "OTHER"].map(eventWord)).toEqual([
      "opens", "shuts", "break", "resumes", "other",
    ]);
  });

  it("counts down to it by the market's time, never below zero", () => {
    const status = makeMarket({ next_event_at: "2026-11-20T21:00:00Z" });
    expect(secondsLeft(status, Date.parse("2026-11-20T20:59:00Z"))).toBe(60);
    expect(secondsLeft(status, Date.parse("2026-11-20T22:00:00Z"))).toBe(0);
  });

  it("stands east to west", () => {
    const venues = [makeVenue({ mic: "B", place: 2 }), makeVenue({ mic: "A", place: 1 }), makeVenue({ mic: "C", place: 2, name: "A" })];
    expect(eastToWest(venues).map(({ mic }) => mic)).toEqual(["A", "C", "B"]);
  });

  it("goes by its city, and by a short name where the city has several venues", () => {
    const nyse = makeVenue();
    const nasdaq = makeVenue({ mic: "XNAS", name: "Nasdaq" });
    expect([nyse, nasdaq].map((venue) => labelOf(venue, [nyse, nasdaq]))).toEqual(["New York", "Nasdaq"]);
    expect(labelOf(nasdaq, [nasdaq])).toBe("New York");
    expect(labelOf(makeVenue({ city: "Mexico City" }), [])).toBe("Mexico");
  });
});

describe("a status between two words of the server", () => {
  const at = (phase: string, next_event: string, secondsBefore: number) => {
    const told = makeMarket({ phase, status: phase === "OPEN" ? "OPEN" : "CLOSED", next_event });
    const { status, phase: now, next_event: next } = statusAt(told, makeVenue(), Date.parse(told.next_event_at) - secondsBefore * 1000);
    return [status, now, next];
  };

  it("becomes what its next event makes of it, at the very second", () => {
    expect(at("PREOPEN", "OPEN", 1)).toEqual(["CLOSED", "PREOPEN", "OPEN"]);
    expect(at("PREOPEN", "OPEN", 0)).toEqual(["OPEN", "OPEN", ""]);
    expect(at("OPEN", "CLOSE", 0)).toEqual(["CLOSED", "CLOSED", ""]);
    expect(at("OPEN", "LUNCH_START", -5)).toEqual(["CLOSED", "LUNCH", ""]);
    expect(at("LUNCH", "LUNCH_END", 0)).toEqual(["OPEN", "OPEN", ""]);
    expect(at("OPEN", "HALT", 0)).toEqual(["OPEN", "OPEN", ""]);
  });

  it("comes before an open and before a close, not around a lunch break", () => {
    expect([at("CLOSED", "OPEN", 3601)[1], at("CLOSED", "OPEN", 3600)[1], at("HOLIDAY", "OPEN", 60)[1]]).toEqual(["CLOSED", "PREOPEN", "PREOPEN"]);
    expect([at("OPEN", "CLOSE", 901)[1], at("OPEN", "CLOSE", 900)[1]]).toEqual(["OPEN", "PRECLOSE"]);
    expect([at("OPEN", "LUNCH_START", 60)[1], at("LUNCH", "LUNCH_END", 60)[1]]).toEqual(["OPEN", "LUNCH"]);
  });

  it("is as it was told while no time is known", () => {
    expect(statusAt(makeMarket(), makeVenue(), NaN)).toEqual(makeMarket());
  });
});
