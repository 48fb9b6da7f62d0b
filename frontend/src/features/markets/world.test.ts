import { describe, expect, it } from "vitest";

import { makeVenue } from "@/testing/factories";

import { worldOf } from "./world";

const venues = [
  makeVenue({ mic: "XTKS", weight: 20, region: "ASIA" }),
  makeVenue({ mic: "XLON", weight: 30, region: "EUROPE" }),
  makeVenue({ mic: "XNYS", weight: 40, region: "AMERICAS" }),
  makeVenue({ mic: "XCME", weight: 10, region: "" }),
];
const world = (...open: string[]) =>
  worldOf(venues.map((venue) => ({ venue, status: { status: open.includes(venue.mic) ? "OPEN" : "CLOSED" } })));

describe("the world", () => {
  it("is open by the weights of who is open", () => {
    expect(world("XLON", "XCME")).toMatchObject({ share: 40, open: 2 });
    expect(world("XTKS", "XLON", "XNYS", "XCME").share).toBe(100);
    expect(worldOf(venues.map((venue) => ({ venue, status: null }))).share).toBe(0);
    expect(worldOf([])).toEqual({ share: 0, open: 0, phase: "quiet", regions: [] });
  });

  it("is in the phase of whoever trades; who belongs to no region makes none", () => {
    expect(world().phase).toBe("quiet");
    expect(world("XCME").phase).toBe("quiet");
    expect([world("XTKS"), world("XLON", "XCME"), world("XNYS")].map(({ phase }) => phase)).toEqual(["Asian", "European", "American"]);
    expect(world("XLON", "XNYS")).toMatchObject({ phase: "overlap", regions: ["European", "American"] });
  });
});
