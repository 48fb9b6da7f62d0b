/** A venue's day as a line from midnight to midnight, where the venue is. */
import { dateIn, minuteOfDay } from "@/format/times";

import type { SessionSpan } from "./venues";

export const MINUTES_A_DAY = 1440;

export interface Day {
  date: string;
  /** Minutes since midnight. */
  minute: number;
  /** When midnight was, ms. */
  midnight: number;
}

/** The day of a moment in a zone; null where the moment is not known. */
export function dayOf(ms: number, zone: string): Day | null {
  if (!Number.isFinite(ms)) return null;
  const minute = minuteOfDay(ms, zone);
  return { date: dateIn(ms, zone), minute, midnight: Math.floor(ms / 60_000) * 60_000 - minute * 60_000 };
}

export interface Segment {
  from: number;
  to: number;
}

/** The parts of the day in which sessions run, in minutes since midnight. */
export function segmentsOf(sessions: readonly SessionSpan[], day: Day | null): Segment[] {
  if (!day) return [];
  const within = (ms: number): number => Math.min(MINUTES_A_DAY, Math.max(0, (ms - day.midnight) / 60_000));
  return sessions
    .map(({ opens, closes }) => ({ from: within(opens), to: within(closes) }))
    .filter(({ from, to }) => to > from);
}
