import { describe, expect, it } from "vitest";

import { makeSessionDay } from "@/testing/factories";

import { datesAround, dayNamed, dayOf, exceptionOf, holidaysIn, hoursOf, segmentsOf, shareOf, spansIn, ticksOf } from "./day";

const NEW_YORK = "America/New_York";
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe("a day", () => {
  it("goes from midnight to midnight of its zone", () => {
    const day = { date: "2026-11-20", starts: at("2026-11-20T05:00:00Z"), ends: at("2026-11-21T05:00:00Z") };
    expect(dayOf(at("2026-11-20T19:31:07Z"), NEW_YORK)).toEqual(day);
    expect(dayOf(at("2026-11-20T04:59:00Z"), NEW_YORK)?.date).toBe("2026-11-19");
    expect(dayOf(NaN, NEW_YORK)).toBeNull();
  });

  it("has 23 or 25 hours where the clock changes, and marks its own hours", () => {
    const spring = dayNamed("2026-03-08", NEW_YORK);
    expect((spring.ends - spring.starts) / HOUR).toBe(23);
    expect(dayNamed("2026-11-01", NEW_YORK).ends - dayNamed("2026-11-01", NEW_YORK).starts).toBe(25 * HOUR);
    const ticks = ticksOf(spring, NEW_YORK, 6);
    expect(ticks.map(({ ms }) => (ms - spring.starts) / HOUR)).toEqual([0, 5, 11, 17, 23]);
    expect(ticks.map(({ share }) => share)).toEqual([0, 5 / 23, 11 / 23, 17 / 23, 1]);
  });

  it("keeps a moment outside at its ends", () => {
    const day = dayNamed("2026-11-20", "UTC");
    expect([at("2026-11-19T00:00Z"), at("2026-11-20T06:00Z"), at("2026-11-23T00:00Z")].map((ms) => shareOf(ms, day))).toEqual([0, 0.25, 1]);
  });
});

describe("a venue's sessions within a day", () => {
  it("are cut at midnight, with the lunch break as a gap", () => {
    const days = [makeSessionDay("2026-11-19", ["18:00", "23:00"]), makeSessionDay("2026-11-20", ["00:00", "03:00"], ["06:00", "12:00"])];
    const segments = segmentsOf(spansIn(days), dayNamed("2026-11-20", "UTC"));
    expect(segments.map(({ from, to }) => [from, to])).toEqual([[0, 0.125], [0.25, 0.5]]);
    expect(segments.map(({ span }) => hoursOf(span, "Asia/Tokyo"))).toEqual(["09:00–12:00", "15:00–21:00"]);
  });

  it("leave a holiday's own day as a band, as far as it reaches", () => {
    const days = [makeSessionDay("2026-11-20"), { ...makeSessionDay("2026-11-23"), name: "Labor Thanksgiving Day" }];
    expect(holidaysIn(days, "Asia/Tokyo", dayNamed("2026-11-20", "UTC"))).toEqual([{ name: "Holiday", from: 0, to: 0.625 }]);
    expect(holidaysIn(days, "Asia/Tokyo", dayNamed("2026-11-22", "UTC"))).toEqual([{ name: "Labor Thanksgiving Day", from: 0.625, to: 1 }]);
  });

  it("are asked for as far as another zone's day can reach", () => {
    expect(datesAround("2026-12-31")).toEqual({ from: "2026-12-30", to: "2027-01-02" });
  });
});

describe("what is exceptional about today", () => {
  const early = { ...makeSessionDay("2026-11-27", ["14:30", "18:00"]), kind: "EARLY_CLOSE", name: "Day after Thanksgiving" };
  const days = [makeSessionDay("2026-11-25", ["14:30", "21:00"]), { ...makeSessionDay("2026-11-26"), name: "Thanksgiving" }, early];
  const told = (moment: string) => exceptionOf(days, at(moment), NEW_YORK);

  it("is the holiday, or the session that ends early, all day long", () => {
    expect(told("2026-11-25T23:00Z")).toBeNull();
    expect(told("2026-11-26T15:00Z")).toEqual({ short: "holiday", words: "holiday", name: "Thanksgiving", isHoliday: true });
    expect(told("2026-11-27T12:00Z")).toEqual({ short: "early", words: "early close", name: "Day after Thanksgiving", isHoliday: false });
    expect(told("2026-11-27T22:00Z")?.words).toBe("early close");
    expect(exceptionOf(days, NaN, NEW_YORK)).toBeNull();
  });

  it("is that of the session which opened on the evening before, once that runs", () => {
    const usual = { date: "2026-11-25", kind: "REGULAR", name: "", isProjected: false, spans: [{ opens: at("2026-11-24T23:00Z"), closes: at("2026-11-25T22:00Z") }] };
    const half = { ...usual, date: "2026-11-26", kind: "EARLY_CLOSE", spans: [{ opens: at("2026-11-25T23:00Z"), closes: at("2026-11-26T18:00Z") }] };
    const chicago = (moment: string) => exceptionOf([usual, half], at(moment), "America/Chicago")?.words;
    expect(chicago("2026-11-25T20:00Z")).toBeUndefined();
    expect(chicago("2026-11-25T23:30Z")).toBe("early close");
    expect(chicago("2026-11-26T12:00Z")).toBe("early close");
  });

  it("has words for every kind", () => {
    const kinds = ["LATE_OPEN", "SPECIAL"].map((kind) => exceptionOf([{ ...early, kind }], at("2026-11-27T15:00Z"), NEW_YORK)?.words);
    expect(kinds).toEqual(["late open", "special hours"]);
  });
});
