import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";

import "@/app/features";
import { liveNow, useLive } from "@/stores/live";
import { AT, makeBalance, makeBar } from "@/testing/factories";

import type { ServerFrame } from "./contract.gen";
import { LiveWriter } from "./live-writer";
import type { Slot } from "./readings";
import { liveKey, shadowKey, slotNamed } from "./slots";

const BALANCE = slotNamed("account_balance");
const BARS = slotNamed("intraday");
const ACCOUNT = { account_id: 1 };
const SPY = { country: "USA", symbol: "SPY" };

const balance = (offset: number, cash = 1, more: object = {}): ServerFrame => ({
  type: "account_balance",
  data: makeBalance({ cash }),
  topic: "balance.1",
  epoch: "e",
  offset,
  as_of: AT,
  ...more,
});

function setUp(wants: "WebSocket" | "REST") {
  const client = new QueryClient();
  const label = wants === "REST" ? "REST (Shadow)" : "WebSocket";
  const decision = { wants, source: wants, label, reason: "stage" } as const;
  useLive.setState({ decisions: { account_balance: decision, intraday: decision } });
  const writer = new LiveWriter(client);
  const held = (part = liveKey) => client.getQueryData<Slot<{ cash: number }>>(part(BALANCE, ACCOUNT));
  const cash = (part = liveKey) => held(part)?.rows["balance.1"]?.payload.cash;
  const answers = (status: number, body: unknown, etag = '"e:1"') =>
    vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(status === 304 || status === 204 ? null : JSON.stringify(body), { status, headers: { ETag: etag } }))));
  const poll = async () => client.setQueryData(liveKey(BALANCE, ACCOUNT), await writer.poll(BALANCE, ACCOUNT));
  return { client, writer, held, cash, answers, poll };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(AT) + 250 });
});

describe("what the socket brings", () => {
  it("is shown where the stage wants the socket", () => {
    const { writer, cash } = setUp("WebSocket");
    writer.frame(balance(3, 42), Date.now());
    expect(cash()).toBe(42);
    expect(cash(shadowKey)).toBeUndefined();
    expect(liveNow().traffic.account_balance).toMatchObject({ messages: 1, lag: 250, lastAt: Date.now() });
  });

  it("goes into the shadow and the console where the stage shows REST", () => {
    const logged = vi.spyOn(console, "log");
    const { writer, cash } = setUp("REST");
    writer.frame(balance(3, 42), Date.now());
    expect(cash()).toBeUndefined();
    expect(cash(shadowKey)).toBe(42);
    expect(logged).toHaveBeenCalledWith("[WS] account_balance", makeBalance({ cash: 42 }));
  });

  it("folds a burst in one go, and the first frame at once", () => {
    const { client, writer, cash } = setUp("WebSocket");
    const written = vi.spyOn(client, "setQueryData");
    for (let offset = 1; offset <= 50; offset += 1) writer.frame(balance(offset, offset), Date.now());
    expect(cash()).toBe(1);
    vi.advanceTimersByTime(20);
    expect(cash()).toBe(50);
    expect(written).toHaveBeenCalledTimes(2);
  });

  it("tells no lag for a snapshot, nor in a replay", () => {
    const { writer } = setUp("WebSocket");
    writer.frame(balance(1, 1, { snapshot: true }), Date.now());
    expect(liveNow().traffic.account_balance?.lag).toBeNull();
    useLive.setState({ replay: { speed: 60, label: "60 ×" } });
    writer.frame(balance(2), Date.now());
    expect(liveNow().traffic.account_balance?.lag).toBeNull();
  });

  it("moves the market's time forward, never back", () => {
    const { writer } = setUp("WebSocket");
    writer.frame(balance(1), 5);
    writer.frame(balance(2, 1, { as_of: "2026-11-20T19:00:00Z" }), 9);
    expect(liveNow().market).toEqual({ asOf: Date.parse(AT), at: 5 });
  });

  it("leaves alone what no feature here accepts", () => {
    const { client, writer } = setUp("WebSocket");
    writer.frame({ type: "unsubscribed", data: { topic: "x" } }, 1);
    expect(client.getQueryCache().getAll()).toEqual([]);
  });
});

describe("what a poll brings", () => {
  it("is folded in with its cursor and ETag, and the ETag goes along next time", async () => {
    const { held, cash, answers, poll } = setUp("REST");
    answers(200, makeBalance({ cash: 7 }), '"e:9"');
    await poll();
    expect(cash()).toBe(7);
    expect(held()).toMatchObject({ via: "rest", etag: '"e:9"' });
    answers(304, null);
    vi.advanceTimersByTime(10_000);
    await poll();
    expect(cash()).toBe(7);
    expect(held()?.receivedAt).toBe(Date.now());
    expect(vi.mocked(fetch).mock.lastCall?.[1]?.headers).toMatchObject({ "If-None-Match": '"e:9"' });
  });

  it("loses against what the socket has brought meanwhile", async () => {
    const { writer, cash, answers, poll } = setUp("WebSocket");
    writer.frame(balance(9, 99), Date.now());
    answers(200, makeBalance({ cash: 7 }), '"e:8"');
    await poll();
    expect(cash()).toBe(99);
  });

  it("is let go when nobody waits for it, and takes nothing with it that the socket brought", async () => {
    const { client, writer, cash } = setUp("WebSocket");
    const fetching = vi.fn((_: string, { signal }: RequestInit) => new Promise((_resolve, reject) => signal?.addEventListener("abort", reject)));
    vi.stubGlobal("fetch", fetching);
    const observer = new QueryObserver(client, {
      queryKey: liveKey(BALANCE, ACCOUNT),
      queryFn: ({ signal }) => writer.poll(BALANCE, ACCOUNT, signal),
    });
    const leave = observer.subscribe(() => undefined);
    writer.frame(balance(9, 99), Date.now());
    leave();
    await vi.advanceTimersByTimeAsync(10);
    expect(fetching.mock.lastCall?.[1].signal?.aborted).toBe(true);
    expect(cash()).toBe(99);
  });

  it("is empty, not wrong, where nothing was recorded yet", async () => {
    const { held, answers, poll } = setUp("REST");
    answers(204, null);
    await poll();
    expect(held()).toMatchObject({ rows: {}, etag: null });
  });

  it("passes on what is wrong", async () => {
    const { writer, answers } = setUp("REST");
    answers(503, { detail: "The store cannot be read." });
    await expect(writer.poll(BALANCE, ACCOUNT)).rejects.toThrow("The store cannot be read.");
    answers(200, { cash: "odd" });
    await expect(writer.poll(BALANCE, ACCOUNT)).rejects.toThrow(/balance/);
  });

  it("keeps an empty slot where a 304 answers for something that was dropped", async () => {
    const { held, answers, poll } = setUp("REST");
    answers(304, null);
    await poll();
    expect(held()?.rows).toEqual({});
  });
});

describe("comparing", () => {
  it("counts what both said at the same cursor as equal or different, and names the fields", async () => {
    const { writer, answers, poll } = setUp("REST");
    writer.frame(balance(1, 5), Date.now());
    answers(200, makeBalance({ cash: 5 }), '"e:1"');
    await poll();
    writer.frame(balance(2, 6), Date.now());
    answers(200, makeBalance({ cash: 7 }), '"e:2"');
    await poll();
    const traffic = liveNow().traffic.account_balance;
    expect(traffic).toMatchObject({ equal: 1, different: 1, lastDifference: { topic: "balance.1", mismatches: [{ field: "cash" }] } });
    expect(liveNow().notes[0]).toMatchObject({ tone: "bad" });
  });
});

describe("switching", () => {
  it("shows at once what the shadow holds, and no older than what is shown", async () => {
    const { writer, cash, answers, poll } = setUp("REST");
    answers(200, makeBalance({ cash: 7 }), '"e:8"');
    await poll();
    writer.frame(balance(9, 99), Date.now());
    expect(cash()).toBe(7);
    writer.promote("account_balance");
    expect(cash()).toBe(99);
    writer.promote("positions");
    expect(cash()).toBe(99);
  });

  it("forgets a topic's rows on a reset, wherever they are", () => {
    const { client, writer } = setUp("WebSocket");
    const bar = (minute: string, topic: string, offset: number, closed: boolean): ServerFrame => ({
      type: "intraday_bar",
      data: makeBar({ timestamp_minute: minute, closed }),
      topic,
      epoch: "e",
      offset,
      as_of: AT,
    });
    writer.frame(bar("2026-11-20T19:30:00Z", "bars.USA.SPY", 1, true), 1);
    writer.frame(bar("2026-11-20T19:31:00Z", "bars_open.USA.SPY", 1, false), 1);
    writer.reset("bars.USA.SPY");
    const rows = client.getQueryData<Slot<unknown>>(liveKey(BARS, SPY))?.rows ?? {};
    expect(Object.keys(rows)).toEqual(["2026-11-20T19:31:00.000Z"]);
  });

  it("writes nothing after it was stopped", () => {
    const { writer, cash } = setUp("WebSocket");
    writer.frame(balance(1, 1), Date.now());
    writer.frame(balance(2, 2), Date.now());
    writer.stop();
    vi.advanceTimersByTime(100);
    expect(cash()).toBe(1);
  });
});
