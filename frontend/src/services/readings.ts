/** The guard: how what arrives, by socket or by polling, is folded into what is held. */

/** A place in a topic's line. */
export interface Cursor {
  epoch: string;
  offset: number;
}

export type Via = "socket" | "rest";

/** One row as it was read: which topic's, which row of it, where in the line, and what moment it describes. */
export interface Reading<P> {
  topic: string;
  row: string;
  cursor: Cursor | null;
  asOf: string;
  payload: P;
  /** Among readings of one row the higher rank wins whatever the cursors say: a closed bar over the open one. */
  rank: number;
  /** When it was heard, ms; a REST answer counts from when it was asked for. `fold` notes it. */
  heardAt?: number;
}

/** What one panel shows: its rows, when and how the last word came, and the ETag that a poll gives back. */
export interface Slot<P> {
  rows: Readonly<Record<string, Reading<P>>>;
  receivedAt: number;
  via: Via;
  etag: string | null;
}

/** `epoch:offset`, with or without an ETag's quotes, and weak where a proxy compressed the answer; null for anything else, and for a topic that nobody published to. */
export function parseCursor(text: string | null | undefined): Cursor | null {
  const match = /^(?:W\/)?"?([^":]+):(\d{1,15})"?$/.exec(text ?? "");
  return match?.[1] ? { epoch: match[1], offset: Number(match[2]) } : null;
}

export const cursorText = (cursor: Cursor): string => `${cursor.epoch}:${cursor.offset}`;

const isNoNewer = (incoming: Cursor | null, held: Cursor | null): boolean =>
  incoming !== null && held !== null && incoming.epoch === held.epoch && incoming.offset <= held.offset;

/**
 * Does the incoming reading take the place of the held one? Same epoch: the lower offset loses, the same one is the same.
 * Cursors of two epochs have no order: what was heard first loses.
 */
export function supersedes<P>(incoming: Reading<P>, held: Reading<P> | undefined): boolean {
  if (!held) return true;
  if (incoming.rank !== held.rank) return incoming.rank > held.rank;
  if (incoming.topic !== held.topic) return true;
  return sameLife(held, incoming) ? !isNoNewer(incoming.cursor, held.cursor) : !wasHeardFirst(incoming, held);
}

const wasHeardFirst = (one: Reading<unknown>, other: Reading<unknown>): boolean => (one.heardAt ?? Infinity) < (other.heardAt ?? 0);

const sameLife = <P>(held: Reading<P>, incoming: Reading<P>): boolean =>
  held.topic !== incoming.topic ||
  held.cursor === null ||
  incoming.cursor === null ||
  held.cursor.epoch === incoming.cursor.epoch;

/** Rows that the incoming readings leave standing: another epoch ends the life of a topic's rows. */
function survivors<P>(rows: Slot<P>["rows"], incoming: readonly Reading<P>[]): Record<string, Reading<P>> {
  const newest = new Map(incoming.map((reading) => [reading.topic, reading]));
  const kept = Object.entries(rows).filter(([, held]) => {
    const next = newest.get(held.topic);
    return next === undefined || sameLife(held, next);
  });
  return Object.fromEntries(kept);
}

/** Readings of a life of their topic that ended before what is held was heard: a late answer, or a shadow's old rows. */
function withoutFormerLives<P>(rows: Slot<P>["rows"], incoming: readonly Reading<P>[]): readonly Reading<P>[] {
  const held = new Map(Object.values(rows).map((row) => [row.topic, row]));
  return incoming.filter((reading) => {
    const row = held.get(reading.topic);
    return row === undefined || sameLife(row, reading) || !wasHeardFirst(reading, row);
  });
}

const MOST_ROWS = 2000;

function bounded<P>(rows: Record<string, Reading<P>>): Record<string, Reading<P>> {
  const keys = Object.keys(rows);
  if (keys.length <= MOST_ROWS) return rows;
  const newest = keys.sort().slice(-MOST_ROWS);
  return Object.fromEntries(newest.flatMap((key) => (rows[key] ? [[key, rows[key]]] : [])));
}

export interface Arrival {
  at: number;
  via: Via;
  etag?: string | null;
  /** When a poll was sent, ms: what it brings is no newer than that. */
  asked?: number;
}

/** The slot after these readings. Applying one twice changes no row; `receivedAt` always moves. */
export function fold<P>(slot: Slot<P> | undefined, incoming: readonly Reading<P>[], arrival: Arrival): Slot<P> {
  const heard = incoming.map((reading) => ({ ...reading, heardAt: reading.heardAt ?? arrival.asked ?? arrival.at }));
  const current = withoutFormerLives(slot?.rows ?? {}, heard);
  const rows = survivors(slot?.rows ?? {}, current);
  for (const reading of current) {
    if (supersedes(reading, rows[reading.row])) rows[reading.row] = reading;
  }
  const etag = arrival.etag === undefined ? (slot?.etag ?? null) : arrival.etag;
  return { rows: bounded(rows), receivedAt: arrival.at, via: arrival.via, etag };
}

/** The server said "nothing newer" (304): the rows stay, and are known to be current as of now. */
export const confirm = <P>(slot: Slot<P>, at: number): Slot<P> => ({ ...slot, receivedAt: at, via: "rest" });

/** Without the rows of one topic: its line could not be brought up to date, a snapshot follows. */
export function forget<P>(slot: Slot<P>, topic: string): Slot<P> {
  const kept = Object.entries(slot.rows).filter(([, held]) => held.topic !== topic);
  return { ...slot, rows: Object.fromEntries(kept), etag: null };
}

/** The newest moment that the rows describe; null where there is none, or where a row does not say. */
export function newestAsOf<P>(slot: Slot<P>): string | null {
  let newest: string | null = null;
  for (const { asOf } of Object.values(slot.rows)) {
    if (asOf === "") return null;
    if (newest === null || Date.parse(asOf) > Date.parse(newest)) newest = asOf;
  }
  return newest;
}
