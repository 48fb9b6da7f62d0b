import { describe, expect, it } from "vitest";

import { isTail, sameUntil } from "./drawing";
import { faded } from "./palette";

describe("what the chart has to be told", () => {
  const [a, b, c, other] = [{}, {}, {}, {}];

  it("begins where the first is not the very same", () => {
    expect(sameUntil([a, b], [a, b, c])).toBe(2);
    expect(sameUntil([a, b], [a, other])).toBe(1);
    expect(sameUntil([], [a])).toBe(0);
  });

  it("is only the end where only the last one moved or more came", () => {
    const told = (before: object[], next: object[]) => isTail(before, next, sameUntil(before, next));
    expect(told([a, b], [a, b, c])).toBe(true);
    expect(told([a, b], [a, other])).toBe(true);
    expect(told([a, b], [a, other, c])).toBe(true);
    expect(told([a, b, c], [other, b, c])).toBe(false);
    expect(told([a, b], [a])).toBe(false);
    expect(told([], [a])).toBe(false);
  });
});

it("fades the browser's colours", () => {
  expect(faded("rgb(1, 2, 3)", 0.5)).toBe("rgba(1, 2, 3, 0.5)");
  expect(faded("oklch(1 2 3)", 0.5)).toBe("oklch(1 2 3)");
});
