/** The one socket: connects, subscribes with the cursors it still has, keeps order, and comes back when it is lost. */
import { waitBefore } from "./backoff";
import { parseFrame } from "./contract";
import { CLOSE_CODES, FIRST_FINAL, type ServerFrame } from "./contract.gen";
import type { Cursor } from "./readings";
import type { SocketLike, SocketOptions, SocketState } from "./socket-port";
import { TopicLines, type TopicRequest } from "./topic-lines";

export type { SocketEvents, SocketLike, SocketOptions, SocketState, SocketStatus } from "./socket-port";

export const PING_EVERY_MS = 20_000;
export const PONG_WITHIN_MS = 10_000;
/** A connection that says no welcome within this time will not come about. */
export const WELCOME_WITHIN_MS = 10_000;
/** A connection that lasted this long starts the backoff anew. */
export const STEADY_AFTER_MS = 10_000;
/** What every desk needs, whatever it shows. */
export const ALWAYS = ["stages", "heartbeat"] as const;
const TOPICS_A_FRAME = 200;
const OPEN = 1;

export class ThorSocket {
  private socket: SocketLike | null = null;
  private state: SocketState;
  private readonly lines = new TopicLines();
  private readonly wanted = new Map<string, number>();
  private ownTopics: readonly string[] = [];
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pinging: ReturnType<typeof setInterval> | undefined;
  /** What is waited for: the welcome, then each pong. */
  private due: ReturnType<typeof setTimeout> | undefined;
  private steady: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SocketOptions) {
    const now = this.now();
    this.state = {
      status: "idle",
      since: now,
      goneSince: now,
      attempt: 0,
      latency: null,
      gaps: 0,
      closeCode: null,
    };
  }

  start(): void {
    if (this.state.status === "idle") this.connect();
  }

  stop(): void {
    clearTimeout(this.retry);
    this.leave(1000);
    this.become({ status: "idle", latency: null });
  }

  /** Try at once instead of waiting (the machine is online again, the page is looked at again). */
  hurry(): void {
    if (this.state.status !== "waiting") return;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Hold a topic across all reconnects; the returned function lets it go. */
  subscribe(topic: string): () => void {
    const holders = this.wanted.get(topic) ?? 0;
    this.wanted.set(topic, holders + 1);
    if (holders === 0 && this.isWelcome && !this.ownTopics.includes(topic)) this.ask([topic]);
    let held = true;
    return () => {
      if (held) this.release(topic);
      held = false;
    };
  }

  acknowledgeStages(cursor: string): void {
    this.say({ type: "stages_ack", cursor });
  }

  cursor(topic: string): Cursor | null {
    return this.lines.cursor(topic);
  }

  private get isWelcome(): boolean {
    return this.state.status === "open";
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private become(change: Partial<SocketState>): void {
    const moved = change.status !== undefined && change.status !== this.state.status;
    this.state = { ...this.state, ...change, since: moved ? this.now() : this.state.since };
    this.options.events.onState(this.state);
  }

  private connect(): void {
    this.become({ status: "connecting" });
    const create = this.options.create ?? ((url: string): SocketLike => new WebSocket(url));
    const socket = create(this.options.url);
    this.socket = socket;
    this.expect(WELCOME_WITHIN_MS);
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private receive(raw: unknown): void {
    const parsed = parseFrame(raw);
    if (parsed.kind === "unknown") this.options.events.onUnknown(parsed.type);
    else if (parsed.kind === "broken") this.options.events.onBroken(parsed.reason);
    else this.take(parsed.frame);
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.options.events.onFrame(frame, this.now());
        return this.welcomed(frame.data.topics);
      case "subscribed":
        this.lines.stand(frame.data.topic, placeOf(frame.data), frame.data.recovered, frame.data.rows);
        break;
      case "reset":
        this.lines.restart(frame.data.topic, placeOf(frame.data));
        this.become({ gaps: this.state.gaps + 1 });
        this.options.events.onReset(frame.data.topic, frame.data.reason);
        break;
      case "pong":
        this.answered(frame.data.timestamp);
        break;
      default:
        if (!this.isInOrder(frame)) return;
    }
    this.options.events.onFrame(frame, this.now());
  }

  private isInOrder(frame: ServerFrame): boolean {
    const topic = frame.topic;
    if (topic === undefined || frame.type === "error_message") return true;
    const verdict = this.lines.take(topic, frame);
    if (verdict === "gap") {
      this.become({ gaps: this.state.gaps + 1 });
      this.options.events.onGap(topic);
      this.ask([topic]);
    }
    return verdict === "next";
  }

  private welcomed(topics: readonly string[]): void {
    this.ownTopics = topics;
    this.become({ status: "open", goneSince: null, closeCode: null });
    this.steady = setTimeout(() => this.become({ attempt: 0 }), STEADY_AFTER_MS);
    this.ask([...new Set([...ALWAYS, ...topics, ...this.wanted.keys()])]);
    this.ping();
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  private ask(topics: readonly string[]): void {
    for (let at = 0; at < topics.length; at += TOPICS_A_FRAME) {
      const chunk: TopicRequest[] = topics.slice(at, at + TOPICS_A_FRAME).map((topic) => this.lines.request(topic));
      this.say({ type: "subscribe", topics: chunk });
    }
  }

  private release(topic: string): void {
    const holders = (this.wanted.get(topic) ?? 1) - 1;
    if (holders > 0) {
      this.wanted.set(topic, holders);
      return;
    }
    this.wanted.delete(topic);
    if (this.ownTopics.includes(topic)) return;
    this.lines.drop(topic);
    if (this.isWelcome) this.say({ type: "unsubscribe", topics: [topic] });
  }

  private ping(): void {
    this.say({ type: "ping", timestamp: this.now() });
    this.expect(PONG_WITHIN_MS);
  }

  private expect(withinMs: number): void {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.silent(), withinMs);
  }

  private answered(timestamp: unknown): void {
    clearTimeout(this.due);
    if (typeof timestamp === "number") this.become({ latency: Math.max(0, this.now() - timestamp) });
  }

  /** No welcome, or no pong: the connection is dead though nobody said so. */
  private silent(): void {
    this.leave(4000);
    this.lost(1006);
  }

  private lost(code: number): void {
    this.leave(1000);
    this.lines.lostSocket();
    const gone = { closeCode: code, latency: null, goneSince: this.state.goneSince ?? this.now() };
    if (code >= FIRST_FINAL && code < 5000) {
      this.become({ ...gone, status: "refused" });
      return;
    }
    const wait = waitBefore(this.state.attempt, (this.options.random ?? Math.random)());
    this.become({ ...gone, status: "waiting", attempt: this.state.attempt + 1 });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private leave(code: number): void {
    clearInterval(this.pinging);
    clearTimeout(this.due);
    clearTimeout(this.steady);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    if (socket.readyState <= OPEN) socket.close(code);
  }

  private say(frame: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(frame));
  }
}

const placeOf = (place: Cursor): Cursor | null =>
  place.epoch ? { epoch: place.epoch, offset: place.offset } : null;

/** Is this the code of a socket that was closed because nobody is signed in? */
export const meansSignIn = (code: number | null): boolean => code === CLOSE_CODES.NOT_SIGNED_IN;
