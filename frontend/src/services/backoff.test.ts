import { describe, expect, it } from "vitest";

import { ceilingOf, FIRST_WAIT_MS, LONGEST_WAIT_MS, waitBefore } from "./backoff";

describe("backoff", () => {
  it("doubles its ceiling with each attempt, up to the longest", () => {
    expect([0, 1, 2, 3].map(ceilingOf)).toEqual([500, 1000, 2000, 4000]);
    expect(ceilingOf(6)).toBe(LONGEST_WAIT_MS);
    expect(ceilingOf(5000)).toBe(LONGEST_WAIT_MS);
    expect(ceilingOf(-1)).toBe(FIRST_WAIT_MS);
  });

  it("waits anything from nothing to the ceiling: full jitter", () => {
    expect(waitBefore(3, 0)).toBe(0);
    expect(waitBefore(3, 0.5)).toBe(2000);
    expect(waitBefore(3, 0.9999)).toBeLessThan(ceilingOf(3));
  });
});
