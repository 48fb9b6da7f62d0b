import { beforeEach, describe, expect, it, vi } from "vitest";

import { makeBalance, makeBar, makeWelcome } from "@/testing/factories";
import { FakeSocket } from "@/testing/fakeSocket";

import { meansSignIn, PING_EVERY_MS, PONG_WITHIN_MS, STEADY_AFTER_MS, ThorSocket, type SocketEvents, type SocketState, WELCOME_WITHIN_MS } from "./websocket";

const BARS = "bars.USA.SPY";

function setUp(random = 0.5) {
  const sockets: FakeSocket[] = [];
  const seen: string[] = [];
  const states: SocketState[] = [];
  const events: SocketEvents = {
    onFrame: (frame) => seen.push(frame.offset === undefined ? frame.type : `${frame.type}@${frame.offset}`),
    onUnknown: (type) => seen.push(`unknown ${type}`),
    onBroken: () => seen.push("broken"),
    onState: (state) => states.push(state),
    onReset: (topic) => seen.push(`forget ${topic}`),
    onGap: (topic) => seen.push(`gap ${topic}`),
  };
  const client = new ThorSocket({
    url: "ws://thor/ws/?subscribe=manual",
    events,
    create: (url) => {
      const made = new FakeSocket(url);
      sockets.push(made);
      return made;
    },
    random: () => random,
  });
  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (!last) throw new Error("no socket was made");
    return last;
  };
  const state = (): SocketState => states.at(-1) as SocketState;
  const welcome = (topics: string[] = []): void => {
    socket().open();
    socket().deliver({ type: "welcome", data: makeWelcome({ topics }) });
  };
  return { client, sockets, socket, seen, state, welcome };
}

const bar = (offset: number, more: object = {}) => ({ type: "intraday_bar", data: makeBar(), topic: BARS, epoch: "e", offset, ...more });
const balance = (offset: number, epoch = "e") => ({ type: "account_balance", data: makeBalance(), topic: "balance.1", epoch, offset });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});

describe("opening", () => {
  it("subscribes to what the welcome names, to what is held, and to stages and heartbeat", () => {
    const { client, socket, welcome, state } = setUp();
    client.subscribe("positions.7");
    client.start();
    expect(state().status).toBe("connecting");
    expect(socket().url).toContain("subscribe=manual");
    welcome(["balance.1", "stages"]);
    expect(state()).toMatchObject({ status: "open", goneSince: null });
    expect(socket().topics("subscribe")).toEqual(["stages", "heartbeat", "balance.1", "positions.7"]);
  });

  it("asks in several frames where there are many topics", () => {
    const { client, socket, welcome } = setUp();
    client.start();
    welcome(Array.from({ length: 450 }, (_, n) => `balance.${n}`));
    const asked = socket().said.filter(({ type }) => type === "subscribe");
    expect(asked).toHaveLength(3);
    expect(socket().topics("subscribe")).toHaveLength(452);
  });

  it("starts once", () => {
    const { client, sockets } = setUp();
    client.start();
    client.start();
    expect(sockets).toHaveLength(1);
  });
});

describe("frames", () => {
  it("passes on what is in order and drops what is old", () => {
    const { client, socket, welcome, seen } = setUp();
    client.start();
    welcome();
    for (const offset of [4, 6, 5, 6, 9]) socket().deliver(balance(offset));
    expect(seen).toEqual(["welcome", "account_balance@4", "account_balance@6", "account_balance@9"]);
  });

  it("is harmed by nothing that it does not understand", () => {
    const { client, socket, welcome, seen, state } = setUp();
    client.start();
    welcome();
    socket().deliver("{");
    socket().deliver({ type: "weather", data: {} });
    socket().deliver({ type: "account_balance", data: {} });
    socket().deliver({ type: "error_message", data: { message: "no", error_code: "bad_frame", timestamp: "2026-11-20T19:31:00Z" } });
    expect(seen).toEqual(["welcome", "broken", "unknown weather", "broken", "error_message"]);
    expect(state().status).toBe("open");
  });

  it("asks again for an event topic that jumps, and takes what was missed in order", () => {
    const { client, socket, welcome, seen, state } = setUp();
    client.start();
    welcome([BARS]);
    for (const offset of [1, 2, 5, 6]) socket().deliver(bar(offset));
    expect(state().gaps).toBe(1);
    expect(socket().topics("subscribe").at(-1)).toEqual({ topic: BARS, cursor: "e:2" });
    socket().deliver({ type: "subscribed", data: { topic: BARS, epoch: "e", offset: 6, recovered: true, rows: 1 } });
    for (const offset of [3, 4, 5, 6, 7]) socket().deliver(bar(offset));
    expect(seen.filter((line) => line.startsWith("intraday"))).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `intraday_bar@${n}`));
  });

  it("tells of a reset before the snapshot that follows it", () => {
    const { client, socket, welcome, seen, state } = setUp();
    client.start();
    welcome();
    socket().deliver(bar(3));
    socket().deliver({ type: "reset", data: { topic: BARS, epoch: "f", offset: 9, reason: "too old" } });
    socket().deliver(bar(9, { epoch: "f", snapshot: true }));
    expect(seen.slice(2)).toEqual([`forget ${BARS}`, "reset", "intraday_bar@9"]);
    expect(state().gaps).toBe(1);
  });
});

describe("holding topics", () => {
  it("subscribes once however many hold it, and lets go with the last", () => {
    const { client, socket, welcome } = setUp();
    client.start();
    welcome();
    const first = client.subscribe("positions.7");
    const second = client.subscribe("positions.7");
    expect(socket().topics("subscribe").filter((topic) => topic === "positions.7")).toHaveLength(1);
    first();
    first();
    expect(socket().topics("unsubscribe")).toEqual([]);
    second();
    expect(socket().topics("unsubscribe")).toEqual(["positions.7"]);
  });

  it("keeps the dashboard's own topics", () => {
    const { client, socket, welcome } = setUp();
    client.start();
    welcome(["balance.1"]);
    client.subscribe("balance.1")();
    expect(socket().topics("unsubscribe")).toEqual([]);
  });

  it("is one handle across reconnects: let go while away, it is not asked for again", () => {
    const { client, socket, welcome } = setUp();
    client.start();
    welcome();
    const keep = client.subscribe("positions.7");
    const leave = client.subscribe("positions.8");
    socket().end(1006);
    leave();
    vi.advanceTimersByTime(500);
    welcome();
    expect(socket().topics("subscribe")).toEqual(["stages", "heartbeat", "positions.7"]);
    keep();
  });
});

describe("coming back", () => {
  it("waits with backoff and full jitter, ever longer, and counts from when it was lost", () => {
    const { client, sockets, socket, welcome, state } = setUp(0.5);
    client.start();
    welcome();
    socket().end(1006);
    expect(state()).toMatchObject({ status: "waiting", closeCode: 1006, goneSince: 1_000_000 });
    for (const wait of [250, 500, 1000, 2000]) {
      vi.advanceTimersByTime(wait - 1);
      expect(state().status).toBe("waiting");
      vi.advanceTimersByTime(1);
      expect(state().status).toBe("connecting");
      socket().end(1006);
    }
    expect(sockets).toHaveLength(5);
    expect(state().goneSince).toBe(1_000_000);
  });

  it("comes back with the cursors it still has", () => {
    const { client, socket, welcome } = setUp();
    client.start();
    welcome(["balance.1", BARS]);
    socket().deliver(balance(41));
    socket().deliver(bar(7));
    socket().end(4000);
    vi.advanceTimersByTime(250);
    welcome(["balance.1", BARS]);
    expect(socket().topics("subscribe")).toEqual([
      "stages",
      "heartbeat",
      { topic: "balance.1", cursor: "e:41" },
      { topic: BARS, cursor: "e:7" },
    ]);
  });

  it("begins the backoff anew only after a connection that lasted", () => {
    const { client, socket, welcome, state } = setUp(0.5);
    client.start();
    socket().end(1006);
    vi.advanceTimersByTime(250);
    welcome();
    socket().end(1006);
    expect(state().attempt).toBe(2);
    vi.advanceTimersByTime(500);
    welcome();
    vi.advanceTimersByTime(STEADY_AFTER_MS);
    socket().end(1006);
    expect(state().attempt).toBe(1);
  });

  it("hurries when asked to, and only while it waits", () => {
    const { client, sockets, socket, welcome } = setUp(0.9);
    client.start();
    client.hurry();
    welcome();
    client.hurry();
    socket().end(1006);
    client.hurry();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(WELCOME_WITHIN_MS - 1);
    expect(sockets).toHaveLength(2);
  });

  it.each([4501, 4503, 4999])("does not come back after %d", (code) => {
    const { client, sockets, socket, state } = setUp();
    client.start();
    socket().open();
    socket().end(code);
    vi.advanceTimersByTime(600_000);
    expect(sockets).toHaveLength(1);
    expect(state()).toMatchObject({ status: "refused", closeCode: code });
  });

  it.each([1000, 1006, 1011, 4000, 4008, 4029, 4499])("comes back after %d", (code) => {
    const { client, sockets, socket } = setUp();
    client.start();
    socket().end(code);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });

  it("knows which refusal means the sign-in page", () => {
    expect([4501, 4503, 1006, null].map(meansSignIn)).toEqual([true, false, false, false]);
  });
});

describe("ping", () => {
  it("goes out at once and every 20 s, and its answer tells the latency", () => {
    const { client, socket, welcome, state } = setUp();
    client.start();
    welcome();
    const pings = () => socket().said.filter(({ type }) => type === "ping");
    expect(pings()).toHaveLength(1);
    vi.advanceTimersByTime(7);
    socket().deliver({ type: "pong", data: { timestamp: pings()[0]?.timestamp, server_time: "2026-11-20T19:31:00Z" } });
    expect(state().latency).toBe(7);
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(pings()).toHaveLength(2);
  });

  it("leaves a connection that does not answer, and comes back", () => {
    const { client, sockets, socket, welcome, state } = setUp();
    client.start();
    welcome();
    vi.advanceTimersByTime(PONG_WITHIN_MS);
    expect(socket().closedWith).toBe(4000);
    expect(state().status).toBe("waiting");
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });
});

describe("a handshake that leads nowhere", () => {
  it("is given up, and tried again", () => {
    const { client, sockets, socket, state } = setUp();
    client.start();
    socket().open();
    vi.advanceTimersByTime(WELCOME_WITHIN_MS);
    expect(state().status).toBe("waiting");
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });
});

describe("stopping", () => {
  it("closes, hears nothing more and does not come back", () => {
    const { client, sockets, socket, welcome, seen } = setUp();
    client.start();
    welcome();
    client.stop();
    socket().deliver(balance(1));
    vi.advanceTimersByTime(100_000);
    expect(socket().closedWith).toBe(1000);
    expect(seen).toEqual(["welcome"]);
    expect(sockets).toHaveLength(1);
  });

  it("can be started again", () => {
    const { client, sockets } = setUp();
    client.start();
    client.stop();
    client.start();
    expect(sockets).toHaveLength(2);
  });

  it("acknowledges stages only while there is a line", () => {
    const { client, socket, welcome } = setUp();
    client.acknowledgeStages("e:1");
    client.start();
    welcome();
    client.acknowledgeStages("e:2");
    expect(socket().said).toContainEqual({ type: "stages_ack", cursor: "e:2" });
    expect(socket().said).not.toContainEqual({ type: "stages_ack", cursor: "e:1" });
  });
});
