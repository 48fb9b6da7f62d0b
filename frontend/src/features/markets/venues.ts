/** What a cell of the strip shows: the venue's phase in a word and a glyph, its time, and the way to its next event. */
import type { MarketStatusPayload } from "@/services/contract.gen";
import type { Venue } from "@/services/rest-contract";

export type Tone = "open" | "soon" | "closed";

export interface Phase {
  word: string;
  glyph: string;
  tone: Tone;
}

const PHASES: Readonly<Record<string, Phase>> = {
  PREOPEN: { word: "pre-open", glyph: "◔", tone: "soon" },
  OPEN: { word: "open", glyph: "●", tone: "open" },
  LUNCH: { word: "lunch", glyph: "◐", tone: "soon" },
  PRECLOSE: { word: "closing", glyph: "◕", tone: "soon" },
  CLOSED: { word: "closed", glyph: "○", tone: "closed" },
  HOLIDAY: { word: "holiday", glyph: "◌", tone: "closed" },
};

/** The phase's word; one that this desk does not know is shown as it came. */
export const phaseOf = ({ phase, status }: Pick<MarketStatusPayload, "phase" | "status">): Phase =>
  PHASES[phase] ?? {
    word: phase.toLowerCase(),
    glyph: status === "OPEN" ? "●" : "○",
    tone: status === "OPEN" ? "open" : "closed",
  };

const EVENTS: Readonly<Record<string, string>> = {
  OPEN: "opens",
  CLOSE: "shuts",
  LUNCH_START: "break",
  LUNCH_END: "resumes",
};

export const eventWord = (event: string): string => EVENTS[event] ?? event.toLowerCase();

/** Seconds from `marketNow` (ms) to the venue's next event, never below 0. */
export function secondsLeft(status: Pick<MarketStatusPayload, "next_event_at">, marketNow: number): number {
  return Math.max(0, (Date.parse(status.next_event_at) - marketNow) / 1000);
}

/** What a status becomes when its next event has come. */
const AFTER: Readonly<Record<string, Pick<MarketStatusPayload, "status" | "phase">>> = {
  OPEN: { status: "OPEN", phase: "OPEN" },
  CLOSE: { status: "CLOSED", phase: "CLOSED" },
  LUNCH_START: { status: "CLOSED", phase: "LUNCH" },
  LUNCH_END: { status: "OPEN", phase: "OPEN" },
};

/**
 * The status as it is at `marketNow` (ms), though the server's next word is still under way: a strip that is asked for
 * every ten seconds is right to the second. After the event, what comes next is the server's to tell: `next_event` is empty.
 */
export function statusAt(
  told: MarketStatusPayload,
  venue: Pick<Venue, "preopen_minutes" | "preclose_minutes">,
  marketNow: number,
): MarketStatusPayload {
  if (!Number.isFinite(marketNow)) return told;
  const left = Date.parse(told.next_event_at) - marketNow;
  if (left <= 0) return { ...told, ...AFTER[told.next_event], next_event: "" };
  const isClosing = told.phase === "OPEN" && told.next_event === "CLOSE" && left <= venue.preclose_minutes * 60_000;
  if (isClosing) return { ...told, phase: "PRECLOSE" };
  const rests = told.phase === "CLOSED" || told.phase === "HOLIDAY";
  const isOpening = rests && told.next_event === "OPEN" && left <= venue.preopen_minutes * 60_000;
  return isOpening ? { ...told, phase: "PREOPEN" } : told;
}

/** East to west: by the order that the server gives, then by name. */
export const eastToWest = (venues: readonly Venue[]): Venue[] =>
  [...venues].sort((a, b) => a.place - b.place || a.name.localeCompare(b.name, "en"));

const SHORT_NAME = 12;

/** The city, without the word; where a city has several venues, those with a short name go by it: New York, Nasdaq. */
export function labelOf(venue: Venue, all: readonly Venue[]): string {
  const isShared = all.some(({ mic, city }) => mic !== venue.mic && city === venue.city);
  return isShared && venue.name.length <= SHORT_NAME ? venue.name : venue.city.replace(/ City$/, "");
}
