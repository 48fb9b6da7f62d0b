/** Where this client stands in each topic's line, and whether a frame is next, old, or shows a gap. Pure book-keeping. */
import { STREAMS, type Delivery, type Envelope } from "./contract.gen";
import { cursorText, type Cursor } from "./readings";

const headOf = (topic: string): string => topic.split(".", 1)[0] ?? topic;

const DELIVERY = new Map<string, Delivery>(STREAMS.map((stream) => [headOf(stream.topic), stream.delivery]));

/** How a topic's messages count. A topic that this desk does not know is taken as STATE: never a gap. */
export const deliveryOf = (topic: string): Delivery => DELIVERY.get(headOf(topic)) ?? "STATE";

export type TopicRequest = string | { topic: string; cursor: string };
export type Verdict = "next" | "old" | "gap";

/** The cursor of a numbered frame; null where it has none. */
export function cursorOf(frame: Envelope): Cursor | null {
  const { epoch, offset } = frame;
  return epoch && offset ? { epoch, offset } : null;
}

/** What a frame at `cursor` means to a client that stands at `held`. */
export function judge(held: Cursor | null, cursor: Cursor, delivery: Delivery, snapshot: boolean): Verdict {
  if (snapshot || held === null) return "next";
  if (cursor.epoch !== held.epoch) return delivery === "EVENT" ? "gap" : "next";
  if (cursor.offset <= held.offset) return "old";
  return delivery === "EVENT" && cursor.offset > held.offset + 1 ? "gap" : "next";
}

interface Line {
  /** How far what we hold reaches. */
  cursor: Cursor | null;
  /** Where the subscription began; what follows is counted from here while nothing else came. */
  begun: Cursor | null;
  /** A gap was seen and the topic asked for again: until `subscribed` nothing but that answer counts. */
  mending: boolean;
  /** Rows of the answer to the subscription that have not come yet. */
  toCome: number;
}

const freshLine = (): Line => ({ cursor: null, begun: null, mending: false, toCome: 0 });

export class TopicLines {
  private readonly lines = new Map<string, Line>();

  /** Takes a frame's place into the books; a gap stays open until `stand` is told of the new subscription. */
  take(topic: string, frame: Envelope): Verdict {
    const cursor = cursorOf(frame);
    if (cursor === null) return "next";
    const line = this.lineOf(topic);
    if (line.mending) return "old";
    const snapshot = frame.snapshot === true;
    const verdict = judge(line.cursor ?? line.begun, cursor, deliveryOf(topic), snapshot);
    if (verdict === "gap") line.mending = true;
    if (verdict !== "next") return verdict;
    line.toCome = Math.max(0, line.toCome - 1);
    // Half a snapshot is no place to go on from.
    line.cursor = snapshot && line.toCome > 0 ? null : cursor;
    return verdict;
  }

  /** A subscription stands. Recovered: what was missed follows from our cursor; else a snapshot does. */
  stand(topic: string, cursor: Cursor | null, recovered: boolean, rows: number): void {
    const line = this.lineOf(topic);
    line.mending = false;
    line.toCome = rows;
    if (recovered) return;
    line.begun = cursor;
    if (line.cursor?.epoch !== cursor?.epoch || deliveryOf(topic) === "EVENT") line.cursor = null;
  }

  /** The line's numbering cannot be followed from where we were; it goes on at `cursor`. */
  restart(topic: string, cursor: Cursor | null): void {
    this.lines.set(topic, { ...freshLine(), begun: cursor, toCome: this.lineOf(topic).toCome });
  }

  drop(topic: string): void {
    this.lines.delete(topic);
  }

  /** The socket is gone, and with it what was still to come. */
  lostSocket(): void {
    for (const line of this.lines.values()) {
      line.mending = false;
      line.begun = null;
      line.toCome = 0;
    }
  }

  cursor(topic: string): Cursor | null {
    return this.lines.get(topic)?.cursor ?? null;
  }

  /** How a topic is asked for: with the cursor that we still have. */
  request(topic: string): TopicRequest {
    const cursor = this.cursor(topic);
    return cursor === null ? topic : { topic, cursor: cursorText(cursor) };
  }

  private lineOf(topic: string): Line {
    const line = this.lines.get(topic) ?? freshLine();
    this.lines.set(topic, line);
    return line;
  }
}
