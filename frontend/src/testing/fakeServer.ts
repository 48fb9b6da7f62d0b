/** Thor's server for tests of the whole desk: REST answers by path, and a socket that the test speaks through. */
import { act } from "@testing-library/react";
import { vi } from "vitest";

import type { ServerFrame, StageRow } from "@/services/contract.gen";
import type { Desk } from "@/services/rest-contract";

import { AT, makeBalance, makeBar, makeDesk, makeMarket, makePosition, makePositions, makeStage, makeVenue, makeWelcome } from "./factories";
import { FakeSocket } from "./fakeSocket";

interface Prepared {
  status: number;
  body: unknown;
  etag: string | null;
}

export const FEATURES = ["account_balance", "positions", "intraday", "global_market"] as const;
export type Stages = Record<string, string>;

export const inStage = (stage: string): Stages => Object.fromEntries(FEATURES.map((name) => [name, stage]));

export class FakeServer {
  /** "METHOD /path" of everything that was asked. */
  readonly asked: string[] = [];
  /** The same with the reason that the dashboard gave: "GET /path timer". */
  readonly reads: string[] = [];
  /** What was sent along, parsed: "METHOD /path" to the bodies. */
  readonly bodies: Record<string, unknown[]> = {};
  readonly sockets: FakeSocket[] = [];
  private readonly answers = new Map<string, Prepared>();
  private readonly held = new Map<string, Promise<void>>();
  private offset = 100;
  private version = 1;

  constructor(private stages: Stages = inStage("shadow")) {
    this.answer("GET /api/session/", { user: { id: 1, username: "trader", role: "operator" } });
    this.answer("DELETE /api/session/", null, 204);
    this.answer("GET /api/desk/", this.desk());
    this.answer("GET /api/markets/", { items: [makeVenue()], next: null });
    this.answer("GET /api/markets/XNYS/sessions/", { items: [], next: null });
    this.answer("GET /api/cutover/stages/", { stages: this.rows(), timestamp: AT });
    this.answer("GET /api/accounts/1/balance/", makeBalance(), 200, '"r:1"');
    this.answer("GET /api/accounts/1/positions/", makePositions(makePosition()), 200, '"r:1"');
    this.answer("GET /api/markets/status/", this.list("markets.XNYS", makeMarket()));
    this.answer("GET /api/intraday/", this.list("bars.USA.SPY", makeBar()));
    this.answer("GET /api/vwap/", null, 204);
  }

  /** Prepare what a path answers; the query does not count. */
  answer(what: string, body: unknown, status = 200, etag: string | null = null): void {
    this.answers.set(what, { status, body, etag });
  }

  /** What is asked at this path from now on is answered, as it is prepared at the time of asking, when the returned function is called. */
  hold(what: string): () => void {
    let release = (): void => undefined;
    this.held.set(what, new Promise((resolve) => (release = resolve)));
    return () => {
      this.held.delete(what);
      release();
    };
  }

  list(topic: string, ...items: object[]): object {
    return { items: items.map((item) => ({ ...item, topic, cursor: "r:1" })), next: null };
  }

  desk(differing: Partial<Desk> = {}): Desk {
    const features = FEATURES.map((name) => {
      const stage = this.stages[name] ?? "shadow";
      return { name, flag: "", stage, percent: 0, source: "record", bucket: 50, cohort: "", rest: "", every: name === "intraday" ? 1 : 10 };
    });
    return makeDesk({ features, ...differing });
  }

  install(): this {
    vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => this.fetch(path, init));
    const { sockets } = this;
    vi.stubGlobal(
      "WebSocket",
      class extends FakeSocket {
        constructor(url: string) {
          super(url);
          sockets.push(this);
        }
      },
    );
    return this;
  }

  /** How often a path was asked for. */
  count(what: string): number {
    return this.asked.filter((one) => one === what).length;
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("nobody opened a socket");
    return last;
  }

  /** Accepts the socket and says welcome. */
  welcome(): void {
    const features = FEATURES.map((name) => ({ name, every: name === "intraday" ? 1 : 10, rest: "" }));
    const buckets = Object.fromEntries(FEATURES.map((name) => [name, 50]));
    this.socket.onSaid = ({ type, timestamp }) => {
      if (type === "ping") queueMicrotask(() => this.say({ type: "pong", data: { timestamp, server_time: new Date().toISOString() } }));
    };
    act(() => {
      this.socket.open();
      this.socket.deliver({
        type: "welcome",
        data: makeWelcome({ server_time: new Date().toISOString(), stages: this.rows(), features, buckets }),
      });
    });
    this.beat();
  }

  beat(): void {
    const now = new Date().toISOString();
    const features = Object.fromEntries(FEATURES.map((name) => [name, now]));
    const data = { timestamp: Date.now() / 1000, utc_iso: now, stale_after_seconds: 15, features };
    this.say({ type: "heartbeat", data, topic: "heartbeat" });
  }

  /** A publication: numbered, as of now. */
  publish(topic: string, frame: Pick<ServerFrame, "type" | "data">): void {
    this.offset += 1;
    this.say({ ...frame, topic, epoch: "r", offset: this.offset, as_of: new Date().toISOString() });
  }

  move(feature: string, stage: string): void {
    this.stages = { ...this.stages, [feature]: stage };
    this.version += 1;
    this.answer("GET /api/cutover/stages/", { stages: this.rows(), timestamp: AT });
    this.publish("stages", { type: "stages", data: { stages: this.rows(), timestamp: AT } });
  }

  /** Another process moved a stage while nobody is connected. */
  moveUnheard(feature: string, stage: string): void {
    this.stages = { ...this.stages, [feature]: stage };
    this.version += 1;
    this.answer("GET /api/cutover/stages/", { stages: this.rows(), timestamp: AT });
  }

  say(frame: object): void {
    act(() => this.socket.deliver(frame));
  }

  end(code: number): void {
    act(() => this.socket.end(code));
  }

  private rows(): StageRow[] {
    return Object.entries(this.stages).map(([feature, stage]) => makeStage({ feature, stage, version: this.version }));
  }

  private async fetch(path: string, { method = "GET", headers, body }: RequestInit): Promise<Response> {
    const what = `${method} ${path.split("?")[0] ?? ""}`;
    this.asked.push(what);
    const reads = new Headers(headers).get("X-Thor-Client");
    if (reads) this.reads.push(`${what} ${reads.replace("dashboard; reads=", "")}`);
    if (typeof body === "string") (this.bodies[what] ??= []).push(JSON.parse(body));
    const prepared = this.answers.get(what);
    await this.held.get(what);
    return prepared ? responseOf(prepared) : new Response('{"detail": "nothing here"}', { status: 404 });
  }
}

function responseOf({ status, body, etag }: Prepared): Response {
  const bodyless = status === 204 || status === 304;
  const headers: Record<string, string> = etag ? { ETag: etag } : {};
  return new Response(bodyless ? null : JSON.stringify(body), { status, headers });
}
