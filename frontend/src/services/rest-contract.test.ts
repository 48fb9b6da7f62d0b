import { describe, expect, it } from "vitest";

import { AT, makeDesk, makeMarket, makeSessionRow, makeVenue } from "@/testing/factories";

import { ContractFault, marketStatus } from "./contract";
import { readDesk, readPlaced, readSessions, readUser, readVenues } from "./rest-contract";

describe("what REST answers", () => {
  it("reads the session's user", () => {
    const user = { id: 1, username: "trader", role: "operator" };
    expect(readUser({ user })).toEqual(user);
    expect(() => readUser(user)).toThrow(ContractFault);
  });

  it("reads the desk, with and without a replay", () => {
    expect(readDesk(makeDesk())).toEqual(makeDesk());
    const replay = { file: "day.csv.gz", speed: "60", at: AT, finished: false };
    expect(readDesk(makeDesk({ replay })).replay).toEqual(replay);
  });

  it("reads the venues of a list", () => {
    expect(readVenues({ items: [makeVenue()], next: null })).toEqual([makeVenue()]);
  });

  it("splits a list's items into payload and place", () => {
    const item = { ...makeMarket(), topic: "markets.XNYS", cursor: "e:7" };
    expect(readPlaced(marketStatus, { items: [item], next: null }, "status")).toEqual([
      { payload: makeMarket(), place: { topic: "markets.XNYS", cursor: "e:7" } },
    ]);
    expect(() => readPlaced(marketStatus, { items: [makeMarket()] }, "status")).toThrow(/status: topic/);
  });

  it("reads sessions as stretches of time: one, two around a break, none on a holiday", () => {
    const days = [
      makeSessionRow(),
      makeSessionRow({ kind: "HOLIDAY", name: "Thanksgiving", opens_at: null, closes_at: null }),
      makeSessionRow({ pause_starts_at: "2026-11-20T17:00:00Z", pause_ends_at: "2026-11-20T18:00:00Z" }),
    ];
    const read = readSessions({ items: days });
    const hours = read.map(({ spans }) =>
      spans.map(({ opens, closes }) => [opens, closes].map((ms) => new Date(ms).toISOString().slice(11, 16)).join("–")),
    );
    expect(hours).toEqual([["14:30–21:00"], [], ["14:30–17:00", "18:00–21:00"]]);
    expect(read[1]).toEqual({ date: "2026-11-20", kind: "HOLIDAY", name: "Thanksgiving", spans: [], isProjected: false });
  });
});
