import { describe, expect, it } from "vitest";

import { compact, directionOf, fixed, money, NOTHING, price, priceDecimals, quantity, signed, whole } from "./figures";

describe("figures", () => {
  it("have fixed decimals, thousands separated, and a true minus", () => {
    expect(money(50000)).toBe("50,000.00");
    expect(money(-6089.1)).toBe("−6,089.10");
    expect(fixed(1234567.125, 3)).toBe("1,234,567.125");
    expect(whole(8204)).toBe("8,204");
  });

  it("are never a negative zero", () => {
    expect(money(-0)).toBe("0.00");
    expect(money(-0.001)).toBe("0.00");
    expect(signed(-0.001, 2)).toBe("0.00");
    expect(signed(0.001, 2)).toBe("0.00");
  });

  it("show 15 digits as they are", () => {
    expect(money(9999999999999.99)).toBe("9,999,999,999,999.99");
    expect(fixed(12345678901.2345, 4)).toBe("12,345,678,901.2345");
  });

  it("are a dash where there is none", () => {
    expect(money(NaN)).toBe(NOTHING);
    expect(fixed(Infinity, 2)).toBe(NOTHING);
  });

  it("show a price with the decimals it was given with, within 2 to 4", () => {
    expect([589, 589.4, 589.425, 0.12345].map(priceDecimals)).toEqual([2, 2, 3, 4]);
    expect(price(131.0425)).toBe("131.0425");
    expect(price(140.1)).toBe("140.10");
  });

  it("show whole shares without decimals and parts of shares with theirs", () => {
    expect(quantity(100)).toBe("100");
    expect(quantity(-15)).toBe("−15");
    expect(quantity(42.5)).toBe("42.5");
  });

  it("carry a sign on both sides of zero", () => {
    expect(signed(1.08, 2)).toBe("+1.08");
    expect(signed(-0.7, 2)).toBe("−0.70");
    expect(signed(0, 2)).toBe("0.00");
  });

  it("are short for volumes", () => {
    expect([950, 9999, 12_400, 3_100_000, 2_500_000_000].map(compact)).toEqual(["950", "9,999", "12.4 K", "3.1 M", "2.5 B"]);
  });

  it("go up, down or nowhere", () => {
    expect([1, -1, 0].map(directionOf)).toEqual(["up", "down", "flat"]);
  });
});
