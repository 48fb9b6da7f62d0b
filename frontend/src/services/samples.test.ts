import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { countTraffic, liveNow } from "@/stores/live";

import type { Verdict } from "./comparison";
import { MOST_SAMPLES, Samples, SEND_EVERY_MS } from "./samples";

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const answer = (status: number, body: unknown = {}) => fetched.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
const sent = (): { samples: { cursor: string; rest: unknown }[] }[] =>
  fetched.mock.calls.map(([, { body }]) => JSON.parse(typeof body === "string" ? body : "{}") as { samples: { cursor: string; rest: unknown }[] });
const verdict = (offset: number, differs = false, socket: unknown = 1): Verdict => ({
  topic: "balance.1",
  cursor: { epoch: "e", offset },
  socket,
  rest: differs ? 2 : socket,
  mismatches: differs ? [{ field: "value", socket, rest: 2 }] : [],
});

describe("samples", () => {
  let samples: Samples;
  beforeEach(() => {
    vi.useFakeTimers();
    fetched.mockReset();
    vi.stubGlobal("fetch", fetched);
    answer(200, { outcomes: [] });
    samples = new Samples(() => 0.999);
    samples.start();
  });
  afterEach(() => samples.stop());
  const wait = (ms = SEND_EVERY_MS) => vi.advanceTimersByTimeAsync(ms);

  it("go with topic, cursor and both payloads, once in 30 s, and only if there are any", async () => {
    await wait();
    expect(fetched).not.toHaveBeenCalled();
    samples.note("account_balance", verdict(1));
    await wait(SEND_EVERY_MS - 1);
    expect(fetched).not.toHaveBeenCalled();
    await wait(1);
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/cutover/samples/");
    expect(sent()).toEqual([{ samples: [{ topic: "balance.1", cursor: "e:1", rest: 1, socket: 1 }] }]);
    await wait(10 * SEND_EVERY_MS);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("are twenty at most, the differences first", async () => {
    for (let offset = 1; offset <= 100; offset += 1) samples.note("account_balance", verdict(offset, offset % 40 === 0));
    await wait();
    const cursors = sent()[0]?.samples.map(({ cursor }) => cursor) ?? [];
    expect(cursors).toHaveLength(MOST_SAMPLES);
    expect(cursors.slice(0, 2)).toEqual(["e:40", "e:80"]);
    for (let offset = 1; offset <= 30; offset += 1) samples.note("account_balance", verdict(offset, true));
    await wait();
    expect(sent()[1]?.samples).toHaveLength(MOST_SAMPLES);
  });

  it("let what came later be among them, too", async () => {
    samples.stop();
    samples = new Samples(() => 0);
    samples.start();
    for (let offset = 1; offset <= 21; offset += 1) samples.note("account_balance", verdict(offset));
    await wait();
    expect(sent()[0]?.samples[0]?.cursor).toBe("e:21");
  });

  it("leave out what has no place, or is longer than the server takes", async () => {
    samples.note("account_balance", { ...verdict(1), cursor: null });
    samples.note("account_balance", verdict(2, false, "é".repeat(20_000)));
    await wait();
    expect(fetched).not.toHaveBeenCalled();
  });

  it("tell of which differences the server says that a rule lets them pass", async () => {
    countTraffic("account_balance", (traffic) => ({ ...traffic, different: 2 }));
    answer(200, { outcomes: ["ignored", "mismatch", "ignored"] });
    samples.note("account_balance", verdict(1, true));
    samples.note("account_balance", verdict(2, true));
    samples.note("account_balance", verdict(3));
    await wait();
    expect(liveNow().traffic.account_balance).toMatchObject({ different: 1, ignored: 1 });
  });

  it.each([null, [], { outcomes: "odd" }])("take an answer that says nothing: %j", async (body) => {
    answer(200, body);
    samples.note("account_balance", verdict(1, true));
    await wait();
    expect(liveNow().traffic.account_balance).toBeUndefined();
  });

  it("fail quietly: after a fault of the server's they go on, after a refusal no more", async () => {
    for (const [status, calls] of [[503, 1], [429, 2], [404, 3], [200, 3]] as const) {
      answer(status);
      samples.note("account_balance", verdict(1));
      await wait();
      expect(fetched).toHaveBeenCalledTimes(calls);
    }
  });

  it("are gathered only while somebody is here", async () => {
    samples.stop();
    samples.note("account_balance", verdict(1));
    samples.start();
    await wait();
    expect(fetched).not.toHaveBeenCalled();
  });
});
