/** A day as a line from midnight to midnight in a zone: 24 hours, 23 or 25 where its clock changes. Pure. */
import { dateAfter, dateIn, hourMinute, instantOf } from "@/format/times";
import type { SessionDay, SessionSpan } from "@/services/rest-contract";

const MINUTES_A_DAY = 1440;

export interface Day {
  date: string;
  /** Its midnights, ms. */
  starts: number;
  ends: number;
}

/** The day of a moment in a zone; null where the moment is not known. */
export const dayOf = (ms: number, zone: string): Day | null => (Number.isFinite(ms) ? dayNamed(dateIn(ms, zone), zone) : null);

export const dayNamed = (date: string, zone: string): Day => ({
  date,
  starts: instantOf(date, 0, zone),
  ends: instantOf(date, MINUTES_A_DAY, zone),
});

/** Where in the day a moment is, 0 to 1; what is before or after it is at its ends. */
export const shareOf = (ms: number, { starts, ends }: Day): number => Math.min(1, Math.max(0, (ms - starts) / (ends - starts)));

export interface Segment {
  /** 0 to 1 of the day. */
  from: number;
  to: number;
  span: SessionSpan;
}

/** The parts of the day that the spans cover, cut at its midnights. */
export const segmentsOf = (spans: readonly SessionSpan[], day: Day): Segment[] =>
  spans
    .map((span) => ({ from: shareOf(span.opens, day), to: shareOf(span.closes, day), span }))
    .filter(({ from, to }) => to > from);

export const spansIn = (days: readonly SessionDay[]): SessionSpan[] => days.flatMap(({ spans }) => spans);

export interface Tick {
  share: number;
  ms: number;
}

/** Every `hours` hours of the day's own clock, both midnights too. */
export function ticksOf(day: Day, zone: string, hours: number): Tick[] {
  const steps = Array.from({ length: 24 / hours + 1 }, (_, step) => step * hours * 60);
  return steps.map((minutes) => instantOf(day.date, minutes, zone)).map((ms) => ({ ms, share: shareOf(ms, day) }));
}

/** The venue's holidays that the day meets, as the part of it that they take. */
export const holidaysIn = (days: readonly SessionDay[], zone: string, day: Day): { name: string; from: number; to: number }[] =>
  days
    .filter(({ kind }) => kind === HOLIDAY)
    .map(({ name, date }) => ({ name, off: dayNamed(date, zone) }))
    .map(({ name, off }) => ({ name: name || "Holiday", from: shareOf(off.starts, day), to: shareOf(off.ends, day) }))
    .filter(({ from, to }) => to > from);

const HOLIDAY = "HOLIDAY";

/** How a venue's day differs from its usual one: in a word, in a few, and why. */
export interface Exception {
  short: string;
  words: string;
  name: string;
  isHoliday: boolean;
}

const EXCEPTIONS: Readonly<Record<string, { short: string; words: string }>> = {
  EARLY_CLOSE: { short: "early", words: "early close" },
  LATE_OPEN: { short: "late", words: "late open" },
  SPECIAL: { short: "special", words: "special hours" },
};

/**
 * What is exceptional about a venue's today: its holiday; else the session that runs, comes, or was last, where it differs.
 * A session belongs to the day that it is named after and to the day on which it opens (Chicago opens on the evening before).
 */
export function exceptionOf(days: readonly SessionDay[], now: number, zone: string): Exception | null {
  if (!Number.isFinite(now)) return null;
  const today = dateIn(now, zone);
  const holiday = days.find(({ date, kind }) => date === today && kind === HOLIDAY);
  if (holiday) return { short: "holiday", words: "holiday", name: holiday.name, isHoliday: true };
  const mine = days.filter(({ date, spans }) => spans.length > 0 && (date === today || opensOn(spans, today, zone)));
  const about = mine.find(({ spans }) => (spans.at(-1)?.closes ?? 0) > now) ?? mine.at(-1);
  const words = about && EXCEPTIONS[about.kind];
  return words ? { ...words, name: about.name, isHoliday: false } : null;
}

const opensOn = (spans: readonly SessionSpan[], date: string, zone: string): boolean =>
  spans.some(({ opens }) => dateIn(opens, zone) === date);

/** `09:30–16:00` in the zone. */
export const hoursOf = ({ opens, closes }: SessionSpan, zone: string): string => `${hourMinute(opens, zone)}–${hourMinute(closes, zone)}`;

/** The dates whose sessions can touch a day of whatever zone: from the venue's yesterday to its day after tomorrow. */
export const datesAround = (today: string): { from: string; to: string } => ({ from: dateAfter(today, -1), to: dateAfter(today, 2) });
