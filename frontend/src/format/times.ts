/** Ages, countdowns and clocks as the desk shows them. */
import { fixed, NOTHING, whole } from "./figures";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How old: `now`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function age(ms: number): string {
  const old = Math.max(0, ms);
  if (old < SECOND) return "now";
  if (old < 2 * MINUTE) return `${Math.floor(old / SECOND)} s`;
  if (old < 2 * HOUR) return `${Math.floor(old / MINUTE)} min`;
  return old < 2 * DAY ? `${Math.floor(old / HOUR)} h` : `${Math.floor(old / DAY)} d`;
}

/** A short stretch: `120 ms`, `10.0 s`, `3 min`. */
export function span(ms: number): string {
  if (ms < SECOND) return `${whole(ms)} ms`;
  return ms < MINUTE ? `${fixed(ms / SECOND, 1)} s` : age(ms);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** How long still: `42s`, `27m 05s`, `4h 28m`, `2d 14h`. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  if (left < 60) return `${left}s`;
  if (left < 3600) return `${Math.floor(left / 60)}m ${two(left % 60)}s`;
  if (left < 86_400) return `${Math.floor(left / 3600)}h ${two(Math.floor((left % 3600) / 60))}m`;
  return `${Math.floor(left / 86_400)}d ${Math.floor((left % 86_400) / 3600)}h`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone, hourCycle: "h23" });
  formats.set(key, made);
  return made;
}

function inZone(ms: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  if (!Number.isFinite(ms)) return NOTHING;
  try {
    return format(zone, options).format(ms);
  } catch {
    return format("UTC", options).format(ms);
  }
}

export const hourMinute = (ms: number, zone: string): string =>
  inZone(ms, zone, { hour: "2-digit", minute: "2-digit" });

export const clock = (ms: number, zone: string): string =>
  inZone(ms, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const day = (ms: number, zone: string): string =>
  inZone(ms, zone, { day: "2-digit", month: "short", year: "numeric" });

export const weekday = (ms: number, zone: string): string => inZone(ms, zone, { weekday: "short" });

/** `2013-10-08` in the zone: which day a moment belongs to. */
export const dateIn = (ms: number, zone: string): string =>
  inZone(ms, zone, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-");

/** How far the zone's clock is ahead of UTC at a moment, ms. */
export function offsetIn(ms: number, zone: string): number {
  return Date.parse(`${dateIn(ms, zone)}T${hourMinute(ms, zone)}Z`) - Math.floor(ms / MINUTE) * MINUTE;
}

/** When the zone's clock shows that time on `date`, ms; `minutes` since midnight, beyond 1440 the day after. */
export function instantOf(date: string, minutes: number, zone: string): number {
  const asUtc = Date.parse(date) + minutes * MINUTE;
  const guess = asUtc - offsetIn(asUtc, zone);
  return asUtc - offsetIn(guess, zone);
}

/** The date that many days later. */
export const dateAfter = (date: string, days: number): string => new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);

/** The zone of whoever sits here. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
