import { describe, expect, it } from "vitest";

import { marketTime } from "./useMarketTime";

describe("marketTime", () => {
  it("is the server's clock", () => {
    expect(marketTime(1000, 250, null, null)).toBe(1250);
  });

  it("is the replay's, from the newest moment told, on at its speed", () => {
    expect(marketTime(2000, 250, { speed: 60 }, { asOf: 50_000, at: 1000 })).toBe(110_000);
  });

  it("stands still where the replay says nothing, cannot be counted, or has not begun", () => {
    const told = { asOf: 50_000, at: 1000 };
    expect(marketTime(90_000, 0, { speed: 60 }, told)).toBe(50_000 + 3000 * 60);
    expect(marketTime(2000, 0, { speed: null }, told)).toBe(50_000);
    expect(marketTime(900, 0, { speed: 60 }, told)).toBe(50_000);
    expect(marketTime(2000, 0, { speed: 60 }, null)).toBeNaN();
  });
});
