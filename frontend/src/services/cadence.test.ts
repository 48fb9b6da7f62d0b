import { expect, it } from "vitest";

import { cadenceAfter, type Cadence } from "./cadence";

const heard = (...moments: number[]): number | null =>
  moments.reduce<Cadence>(cadenceAfter, { runAt: null, cadence: null }).cadence;

it("is unknown until a second run was heard", () => {
  expect(heard()).toBeNull();
  expect(heard(1000)).toBeNull();
  expect(heard(1000, 1100, 1400)).toBeNull();
});

it("is the time between runs, however many messages a run has", () => {
  expect(heard(0, 20, 40, 10_000, 10_020, 20_000)).toBe(10_000);
});

it("follows a change slowly", () => {
  expect(heard(0, 10_000, 15_000)).toBe(9000);
});
