import { describe, expect, it } from "vitest";

import { makePosition } from "@/testing/factories";

import { holdingOf, inOrder, totalsOf, turned } from "./rows";

const long = holdingOf(makePosition());
const short = holdingOf(makePosition({ symbol: "TSLA", quantity: -15, entry_price: 412.2, current_price: 405.94, pnl: 93.9 }));
const gift = holdingOf(makePosition({ symbol: "GIFT", quantity: 1, entry_price: 0, current_price: 2.1234, pnl: 2.12 }));

describe("a holding", () => {
  it("has its value, its percentage of the cost, and one number of decimals", () => {
    expect(long.value).toBeCloseTo(58942);
    expect(long.percent).toBeCloseTo(1.0839, 3);
    expect(short.value).toBeCloseTo(-6089.1);
    expect(short.percent).toBeCloseTo(1.5187, 3);
    expect(gift).toMatchObject({ percent: null, decimals: 4 });
  });
});

describe("the order", () => {
  const symbols = (column: Parameters<typeof turned>[1], descending: boolean) =>
    inOrder([short, gift, long], { column, descending }).map(({ symbol }) => symbol);

  it("goes by any column, both ways", () => {
    expect(symbols("symbol", false)).toEqual(["GIFT", "SPY", "TSLA"]);
    expect(symbols("value", true)).toEqual(["SPY", "GIFT", "TSLA"]);
    expect(symbols("pnl", false)).toEqual(["GIFT", "TSLA", "SPY"]);
  });

  it("puts what has no percentage below what has, and equals by symbol", () => {
    expect(symbols("percent", true).at(-1)).toBe("GIFT");
    const twin = { ...long, symbol: "AAA" };
    expect(inOrder([long, twin], { column: "value", descending: true }).map(({ symbol }) => symbol)).toEqual(["AAA", "SPY"]);
  });

  it("turns round on the same column and begins anew on another", () => {
    expect(turned({ column: "value", descending: true }, "value")).toEqual({ column: "value", descending: false });
    expect(turned({ column: "value", descending: false }, "pnl")).toEqual({ column: "pnl", descending: true });
    expect(turned({ column: "value", descending: false }, "symbol")).toEqual({ column: "symbol", descending: false });
  });
});

it("totals value and P&L, and the percentage of all that was put in", () => {
  const totals = totalsOf([long, short]);
  expect(totals.value).toBeCloseTo(52852.9);
  expect(totals.pnl).toBeCloseTo(725.9);
  expect(totals.percent).toBeCloseTo(1.1255, 3);
  expect(totalsOf([]).percent).toBeNull();
});
