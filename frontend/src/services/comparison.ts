/** Compares what the socket said with what REST said of the same row at the same place in the line. */
import { cursorText, type Reading, type Via } from "./readings";

/** A field in which they differ, and what each said. */
export interface Mismatch {
  field: string;
  socket: unknown;
  rest: unknown;
}

export type Verdict = { kind: "equal" } | { kind: "different"; mismatches: Mismatch[] };

const KEPT = 3000;

/** Null where the reading has no place: it cannot be compared. A closed bar (rank above 0) is final: its row is its place. */
function identity(reading: Reading<unknown>): string | null {
  if (reading.rank > 0) return `${reading.topic}|${reading.row}`;
  return reading.cursor ? `${reading.topic}|${reading.row}|${cursorText(reading.cursor)}` : null;
}

/** The paths at which two JSON values differ: `positions[0].pnl`. */
export function differences(socket: unknown, rest: unknown, path = ""): Mismatch[] {
  if (Object.is(socket, rest)) return [];
  if (!isObject(socket) || !isObject(rest) || Array.isArray(socket) !== Array.isArray(rest)) {
    return [{ field: path || "value", socket, rest }];
  }
  const keys = [...new Set([...Object.keys(socket), ...Object.keys(rest)])];
  return keys.flatMap((key) => differences(socket[key], rest[key], joined(path, key, Array.isArray(socket))));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function joined(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  return path ? `${path}.${key}` : key;
}

function bounded<T>(map: Map<string, T>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT) return;
    map.delete(key);
  }
}

export class Comparison {
  private readonly waiting: Record<Via, Map<string, unknown>> = { socket: new Map(), rest: new Map() };
  private readonly done = new Map<string, true>();

  /** Takes note of a reading; a verdict when the other side has said the same place, once for each place. */
  note(via: Via, reading: Reading<unknown>): Verdict | null {
    const key = identity(reading);
    if (key === null || this.done.has(key)) return null;
    const other = this.waiting[via === "socket" ? "rest" : "socket"];
    if (!other.has(key)) {
      this.waiting[via].set(key, reading.payload);
      bounded(this.waiting[via]);
      return null;
    }
    const said = other.get(key);
    const mismatches = via === "socket" ? differences(reading.payload, said) : differences(said, reading.payload);
    this.settle(key);
    return mismatches.length === 0 ? { kind: "equal" } : { kind: "different", mismatches };
  }

  private settle(key: string): void {
    this.waiting.socket.delete(key);
    this.waiting.rest.delete(key);
    this.done.set(key, true);
    bounded(this.done);
  }
}
