/** How long to wait before the next attempt: exponential, with full jitter, so that a crowd does not come back at once. */

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 30_000;

/** The most that attempt number `attempt` (from 0) may wait, in ms. */
export const ceilingOf = (attempt: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(Math.max(attempt, 0), 30));

/** Anything from nothing to the ceiling; `random` is in [0, 1). */
export const waitBefore = (attempt: number, random: number): number => Math.floor(ceilingOf(attempt) * random);
