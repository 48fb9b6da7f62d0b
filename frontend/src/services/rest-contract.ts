/** What REST answers beside the payloads: the session, the desk's table of contents, venues and lists. */
import * as z from "zod/mini";

import { checked } from "./contract";

type Schema<T> = z.ZodMiniType<T>;

export interface User {
  id: number;
  username: string;
  role: string;
}

export interface Account {
  id: number;
  slug: string;
  number: string;
  name: string;
  kind: string;
}

export interface Instrument {
  country: string;
  symbol: string;
}

export interface DeskFeature {
  name: string;
  flag: string;
  stage: string;
  percent: number;
  source: string;
  bucket: number;
  cohort: string;
  rest: string;
  every: number;
}

export interface Replay {
  file: string;
  speed: number | string;
  at: string | null;
  finished: boolean;
}

export interface Desk {
  version: string;
  broker: string;
  feed: string;
  replay: Replay | null;
  accounts: Account[];
  watchlist: Instrument[];
  /** Those that the user belongs to; a canary may be limited to one. */
  cohorts: string[];
  features: DeskFeature[];
}

export interface Venue {
  market_id: number;
  mic: string;
  name: string;
  city: string;
  country: string;
  time_zone: string;
  currency: string;
  place: number;
  preopen_minutes: number;
  preclose_minutes: number;
  /** Beyond it days are projected. */
  known_until: string;
  expires_soon: boolean;
  /** Its share of how much of the world is open. */
  weight: number;
  /** Whose trading hours it makes: ASIA, EUROPE, AMERICAS; empty where it makes none. */
  region: string;
}

const text = z.string();
const figure = z.number();

const user: Schema<User> = z.object({ id: figure, username: text, role: text });

const desk: Schema<Desk> = z.object({
  version: text,
  broker: text,
  feed: text,
  replay: z.nullable(
    z.object({ file: text, speed: z.union([figure, text]), at: z.nullable(text), finished: z.boolean() }),
  ),
  accounts: z.array(z.object({ id: figure, slug: text, number: text, name: text, kind: text })),
  watchlist: z.array(z.object({ country: text, symbol: text })),
  cohorts: z._default(z.array(text), []),
  features: z.array(
    z.object({
      name: text,
      flag: text,
      stage: text,
      percent: figure,
      source: text,
      bucket: figure,
      cohort: z._default(text, ""),
      rest: text,
      every: figure,
    }),
  ),
});

const venue: Schema<Venue> = z.object({
  market_id: figure,
  mic: text,
  name: text,
  city: text,
  country: text,
  time_zone: text,
  currency: text,
  place: figure,
  preopen_minutes: figure,
  preclose_minutes: figure,
  known_until: text,
  expires_soon: z.boolean(),
  weight: figure,
  region: text,
});

export const readUser = (body: unknown): User => checked(z.object({ user }), body, "session").user;
export const readDesk = (body: unknown): Desk => checked(desk, body, "desk");
export const readVenues = (body: unknown): Venue[] =>
  checked(z.object({ items: z.array(venue) }), body, "markets").items;

/** Where a list's item stands on the socket. */
export interface Place {
  topic: string;
  cursor: string;
}

/** The items of `{"items": […], "next": …}`, each split into payload and place. */
export function readPlaced<T>(schema: Schema<T>, body: unknown, what: string): { payload: T; place: Place }[] {
  const place = z.object({ topic: text, cursor: text });
  const list = checked(z.object({ items: z.array(z.unknown()) }), body, what);
  return list.items.map((item) => ({ payload: checked(schema, item, what), place: checked(place, item, what) }));
}

/** A stretch of trading, ms. */
export interface SessionSpan {
  opens: number;
  closes: number;
}

/** A venue's stored day: a session in one stretch, or in two around a break; a holiday has none. */
export interface SessionDay {
  date: string;
  /** REGULAR, EARLY_CLOSE, LATE_OPEN, SPECIAL, HOLIDAY. */
  kind: string;
  name: string;
  spans: SessionSpan[];
  isProjected: boolean;
}

const sessionDay = z.object({
  date: text,
  kind: text,
  name: text,
  opens_at: z.nullable(text),
  pause_starts_at: z.nullable(text),
  pause_ends_at: z.nullable(text),
  closes_at: z.nullable(text),
  is_projected: z.boolean(),
});

export const readSessions = (body: unknown): SessionDay[] =>
  checked(z.object({ items: z.array(sessionDay) }), body, "sessions").items.map((row) => ({
    date: row.date,
    kind: row.kind,
    name: row.name,
    spans: spansOf(row),
    isProjected: row.is_projected,
  }));

function spansOf({ opens_at, pause_starts_at, pause_ends_at, closes_at }: z.infer<typeof sessionDay>): SessionSpan[] {
  if (opens_at === null || closes_at === null) return [];
  if (pause_starts_at === null || pause_ends_at === null) return [spanOf(opens_at, closes_at)];
  return [spanOf(opens_at, pause_starts_at), spanOf(pause_ends_at, closes_at)];
}

const spanOf = (opens: string, closes: string): SessionSpan => ({ opens: Date.parse(opens), closes: Date.parse(closes) });
