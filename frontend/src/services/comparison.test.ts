import { describe, expect, it } from "vitest";

import { makeReading } from "@/testing/factories";

import { Comparison, differences } from "./comparison";

const fields = (one: unknown, other: unknown) => differences(one, other).map(({ field }) => field);

describe("differences", () => {
  it("finds none between equal values, however deep", () => {
    expect(differences({ a: [1, { b: "x" }], c: null }, { a: [1, { b: "x" }], c: null })).toEqual([]);
  });

  it("names where they differ", () => {
    const one = { cash: 1, positions: [{ symbol: "A", pnl: 1 }, { symbol: "B", pnl: 2 }] };
    const other = { cash: 1, positions: [{ symbol: "A", pnl: 1 }, { symbol: "B", pnl: 3 }] };
    expect(fields(one, other)).toEqual(["positions[B].pnl"]);
  });

  it("knows rows by their symbol, whatever their order, and by their place where they have none of their own", () => {
    expect(fields([{ symbol: "A", x: 1 }, { symbol: "B" }], [{ symbol: "B" }, { symbol: "A", x: 2 }])).toEqual(["[A].x"]);
    expect(fields([{ symbol: "A" }], [{ symbol: "A" }, { symbol: "B" }])).toEqual(["[B]"]);
    expect(fields([{ symbol: "A", x: 1 }, { symbol: "A" }], [{ symbol: "A", x: 2 }, { symbol: "A" }])).toEqual(["[0].x"]);
  });

  it("sees a field or a row that one side lacks, and values of other kinds", () => {
    expect(fields({ a: 1 }, { a: 1, b: 2 })).toEqual(["b"]);
    expect(fields([1, 2], [1])).toEqual(["[1]"]);
    expect(fields({ a: [] }, { a: {} })).toEqual(["a"]);
    expect(fields(1, 2)).toEqual(["value"]);
    expect(fields(null, {})).toEqual(["value"]);
  });
});

describe("Comparison", () => {
  const at = (offset: number, payload: unknown) => makeReading(payload, { cursor: { epoch: "e", offset } });

  it("compares what both sides said at the same cursor, whichever was first", () => {
    const comparison = new Comparison();
    expect(comparison.note("socket", at(1, { cash: 1 }))).toBeNull();
    const both = { topic: "positions.1", cursor: { epoch: "e", offset: 1 }, socket: { cash: 1 }, rest: { cash: 1 } };
    expect(comparison.note("rest", at(1, { cash: 1 }))).toEqual({ ...both, mismatches: [] });
    expect(comparison.note("rest", at(2, { cash: 2 }))).toBeNull();
    expect(comparison.note("socket", at(2, { cash: 3 }))).toMatchObject({
      mismatches: [{ field: "cash", socket: 3, rest: 2 }],
    });
    comparison.note("socket", at(3, { cash: 4 }));
    expect(comparison.note("rest", at(3, { cash: 5 }))).toMatchObject({ mismatches: [{ socket: 4, rest: 5 }] });
  });

  it("counts each place once", () => {
    const comparison = new Comparison();
    comparison.note("socket", at(1, 1));
    comparison.note("rest", at(1, 1));
    expect(comparison.note("rest", at(1, 1))).toBeNull();
    expect(comparison.note("socket", at(1, 1))).toBeNull();
  });

  it("does not compare different moments", () => {
    const comparison = new Comparison();
    comparison.note("socket", at(1, 1));
    expect(comparison.note("rest", at(2, 2))).toBeNull();
  });

  it("compares closed bars by their minute, since a list carries its topic's newest cursor", () => {
    const comparison = new Comparison();
    const bar = (offset: number) => makeReading({ close: 5 }, { row: "19:31", rank: 1, cursor: { epoch: "e", offset } });
    comparison.note("socket", bar(7));
    expect(comparison.note("rest", bar(9))).toMatchObject({ mismatches: [] });
  });

  it("leaves aside what has no place", () => {
    const comparison = new Comparison();
    comparison.note("socket", makeReading(1, { cursor: null }));
    expect(comparison.note("rest", makeReading(2, { cursor: null }))).toBeNull();
  });

  it("forgets what waited too long, instead of growing", () => {
    const comparison = new Comparison();
    for (let offset = 1; offset <= 3001; offset += 1) comparison.note("socket", at(offset, offset));
    expect(comparison.note("rest", at(1, 1))).toBeNull();
    expect(comparison.note("rest", at(3001, 3001))).toMatchObject({ mismatches: [] });
  });
});
