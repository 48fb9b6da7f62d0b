/** How often a feature's job is heard: the time between two runs of its messages, whatever a run holds. */

export interface Cadence {
  /** When the newest run began, ms; null before the first. */
  runAt: number | null;
  /** Time between runs, ms, smoothed; null until a second run came. */
  cadence: number | null;
}

/** Messages that follow a run's first within this time belong to the run: one job publishes for many topics. */
export const RUN_MS = 500;
const NEWEST_WEIGHS = 0.2;

export function cadenceAfter({ runAt, cadence }: Cadence, at: number): Cadence {
  if (runAt === null) return { runAt: at, cadence };
  const between = at - runAt;
  if (between < RUN_MS) return { runAt, cadence };
  return { runAt: at, cadence: cadence === null ? between : cadence + NEWEST_WEIGHS * (between - cadence) };
}
