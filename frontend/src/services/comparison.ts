/** Compares what the socket said with what REST said of the same row at the same place in the line. */
import { cursorText, type Cursor, type Reading, type Via } from "./readings";

/** A field in which they differ, and what each said. */
export interface Mismatch {
  field: string;
  socket: unknown;
  rest: unknown;
}

/** What both sides said of one place. No mismatches: the same. */
export interface Verdict {
  topic: string;
  cursor: Cursor | null;
  socket: unknown;
  rest: unknown;
  mismatches: Mismatch[];
}

const KEPT = 3000;

/** Null where the reading has no place: it cannot be compared. A closed bar (rank above 0) is final: its row is its place. */
function identity(reading: Reading<unknown>): string | null {
  if (reading.rank > 0) return `${reading.topic}|${reading.row}`;
  return reading.cursor ? `${reading.topic}|${reading.row}|${cursorText(reading.cursor)}` : null;
}

/** The paths at which two JSON values differ: `positions[AAPL].pnl`; a row that has a symbol is known by it, whatever its place. */
export function differences(socket: unknown, rest: unknown, path = ""): Mismatch[] {
  if (Object.is(socket, rest)) return [];
  if (Array.isArray(socket) && Array.isArray(rest)) return differencesOfRows(bySymbol(socket), bySymbol(rest), path);
  if (!isObject(socket) || !isObject(rest) || Array.isArray(socket) !== Array.isArray(rest)) {
    return [{ field: path || "value", socket, rest }];
  }
  const keys = [...new Set([...Object.keys(socket), ...Object.keys(rest)])];
  return keys.flatMap((key) => differences(socket[key], rest[key], path ? `${path}.${key}` : key));
}

type Rows = ReadonlyMap<string, unknown>;

function differencesOfRows(socket: Rows, rest: Rows, path: string): Mismatch[] {
  const names = [...new Set([...socket.keys(), ...rest.keys()])];
  return names.flatMap((name) => differences(socket.get(name), rest.get(name), `${path}[${name}]`));
}

function bySymbol(rows: readonly unknown[]): Rows {
  const symbols = rows.map((row) => (isObject(row) && typeof row.symbol === "string" ? row.symbol : null));
  const isKeyed = symbols.every((symbol) => symbol !== null) && new Set(symbols).size === rows.length;
  return new Map(rows.map((row, index) => [isKeyed ? (symbols[index] ?? "") : String(index), row]));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function bounded<T>(map: Map<string, T>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT) return;
    map.delete(key);
  }
}

function verdictOf({ topic, cursor, payload }: Reading<unknown>, { payload: rest }: Reading<unknown>): Verdict {
  return { topic, cursor, socket: payload, rest, mismatches: differences(payload, rest) };
}

export class Comparison {
  private readonly waiting: Record<Via, Map<string, Reading<unknown>>> = { socket: new Map(), rest: new Map() };
  private readonly done = new Map<string, true>();

  /** Takes note of a reading; a verdict when the other side has said the same place, once for each place. */
  note(via: Via, reading: Reading<unknown>): Verdict | null {
    const key = identity(reading);
    if (key === null || this.done.has(key)) return null;
    const other = this.waiting[via === "socket" ? "rest" : "socket"].get(key);
    if (!other) {
      this.waiting[via].set(key, reading);
      bounded(this.waiting[via]);
      return null;
    }
    this.settle(key);
    return via === "socket" ? verdictOf(reading, other) : verdictOf(other, reading);
  }

  private settle(key: string): void {
    this.waiting.socket.delete(key);
    this.waiting.rest.delete(key);
    this.done.set(key, true);
    bounded(this.done);
  }
}
