import { beforeEach, describe, expect, it } from "vitest";

import { makeStage, makeStanding, makeWelcome } from "@/testing/factories";
import { liveNow, useLive } from "@/stores/live";

import { decide, getDataSource, guess, healthOf, learnDesk, learnHeartbeat, learnStages, learnWelcome, reconsider, SOCKET_GONE_MS, staleAfterMs, wantsSocket } from "./websocket-cutover";

const NOW = Date.parse("2026-11-20T19:31:00Z");
const iso = (ms: number): string => new Date(ms).toISOString();
const WELL = { goneForMs: null, jobAgeMs: 1000 };

describe("wantsSocket", () => {
  it.each([
    ["off", false],
    ["shadow", false],
    ["live", true],
    ["sunset", true],
    ["retired", true],
    ["something new", false],
  ])("in stage %s: %s", (stage, wants) => {
    expect(wantsSocket({ stage, bucket: 0, percent: 100, cohort: "" })).toBe(wants);
  });

  it("in canary for the buckets below the percentage", () => {
    const canary = (bucket: number, percent: number) => wantsSocket({ stage: "canary", bucket, percent, cohort: "" });
    expect(canary(24.99, 25)).toBe(true);
    expect(canary(25, 25)).toBe(false);
    expect(canary(0, 0)).toBe(false);
  });

  it("in a canary that is limited to a cohort, for those of it whose bucket is below the percentage", () => {
    const canary = (bucket: number, cohorts: string[]) => wantsSocket({ stage: "canary", bucket, percent: 25, cohort: "paper" }, cohorts);
    expect(canary(3, ["paper"])).toBe(true);
    expect(canary(30, ["paper"])).toBe(false);
    expect(canary(3, ["other"])).toBe(false);
    expect(wantsSocket({ stage: "canary", bucket: 3, percent: 25, cohort: "paper" })).toBe(false);
    expect(wantsSocket({ stage: "live", bucket: 99, percent: 0, cohort: "paper" })).toBe(true);
  });
});

describe("decide", () => {
  it("says REST in off, and REST (Shadow) where pushed data is only compared", () => {
    expect(decide(makeStanding({ stage: "off" }), WELL).label).toBe("REST");
    expect(decide(makeStanding({ stage: "shadow" }), WELL).label).toBe("REST (Shadow)");
    expect(decide(makeStanding({ stage: "canary", bucket: 90, percent: 25 }), WELL).label).toBe("REST (Shadow)");
  });

  it("reads the socket where the stage wants it and all is well", () => {
    expect(decide(makeStanding(), WELL)).toEqual({ wants: "WebSocket", source: "WebSocket", label: "WebSocket", reason: "stage" });
  });

  it("falls back when the socket has been gone for 5 s, not before", () => {
    const gone = (ms: number) => decide(makeStanding(), { goneForMs: ms, jobAgeMs: null });
    expect(gone(SOCKET_GONE_MS - 1).source).toBe("WebSocket");
    expect(gone(SOCKET_GONE_MS)).toEqual({ wants: "WebSocket", source: "REST", label: "REST (Fallback)", reason: "socket_gone" });
  });

  it("falls back when the job's last run is older than three intervals, and at least 15 s", () => {
    expect(staleAfterMs(1)).toBe(15_000);
    expect(staleAfterMs(10)).toBe(30_000);
    const old = (every: number, jobAgeMs: number) => decide(makeStanding({ every }), { goneForMs: null, jobAgeMs });
    expect(old(10, 30_000).source).toBe("WebSocket");
    expect(old(10, 30_001)).toMatchObject({ source: "REST", reason: "stale" });
    expect(old(1, 15_001).reason).toBe("stale");
  });

  it("does not blame a job of which nothing is known", () => {
    expect(decide(makeStanding(), { goneForMs: null, jobAgeMs: null }).source).toBe("WebSocket");
  });

  it("never falls back where REST is the source anyway", () => {
    expect(decide(makeStanding({ stage: "shadow" }), { goneForMs: 99_000, jobAgeMs: null }).reason).toBe("stage");
  });
});

describe("healthOf", () => {
  const connection = { ...liveNow().connection, goneSince: null };

  it("counts a job's age by the server's clock", () => {
    useLive.setState({ connection, serverOffset: 60_000, welcomedAt: NOW - 9000, lastRuns: { positions: NOW + 60_000 - 4000 } });
    expect(healthOf(liveNow(), "positions", NOW)).toEqual({ goneForMs: null, jobAgeMs: 4000 });
  });

  it("counts from the welcome while no run was told", () => {
    useLive.setState({ connection, serverOffset: 60_000, welcomedAt: NOW - 9000 });
    expect(healthOf(liveNow(), "positions", NOW).jobAgeMs).toBe(9000);
  });

  it("does not take a late job for well because the socket is lost too, nor because it is back", () => {
    useLive.setState({ connection: { ...connection, goneSince: NOW - 3000 }, lastRuns: { positions: NOW - 40_000 } });
    expect(healthOf(liveNow(), "positions", NOW)).toEqual({ goneForMs: 3000, jobAgeMs: 40_000 });
    learnWelcome(makeWelcome({ server_time: iso(NOW) }), NOW);
    useLive.setState({ connection });
    expect(healthOf(liveNow(), "positions", NOW)).toEqual({ goneForMs: null, jobAgeMs: 40_000 });
  });

  it("has nothing against a socket that was never asked for", () => {
    expect(healthOf(liveNow(), "positions", NOW)).toEqual({ goneForMs: null, jobAgeMs: null });
  });
});

describe("learning", () => {
  const welcome = (stage: string, more = {}) =>
    makeWelcome({
      server_time: iso(NOW + 2000),
      stages: [makeStage({ feature: "positions", stage, percent: 25, version: 4 })],
      buckets: { positions: 11.5 },
      features: [{ name: "positions", every: 5, rest: "/api/" }],
      ...more,
    });

  beforeEach(() => {
    guess(["positions", "intraday"]);
    reconsider(NOW);
  });

  it("guesses shadow, and polls nothing on a guess", () => {
    expect(getDataSource("positions")).toBe("REST (Shadow)");
    expect(liveNow().isTold).toBe(false);
  });

  it("believes the welcome: stage, bucket, interval and the server's time", () => {
    learnWelcome(welcome("canary"), NOW);
    reconsider(NOW);
    expect(liveNow()).toMatchObject({ isTold: true, serverOffset: 2000, welcomedAt: NOW });
    expect(liveNow().standings.positions).toMatchObject({ stage: "canary", percent: 25, bucket: 11.5, every: 5, version: 4 });
    expect(getDataSource("positions")).toBe("WebSocket");
    expect(liveNow().sourceSince.positions).toBe(NOW);
    expect(getDataSource("nothing such")).toBe("REST");
  });

  it("shows a limited canary to the users whom it is for", () => {
    const limited = { stages: [makeStage({ stage: "canary", percent: 25, cohort: "paper" })] };
    learnWelcome(welcome("canary", limited), NOW);
    reconsider(NOW);
    expect(getDataSource("positions")).toBe("REST (Shadow)");
    learnWelcome(welcome("canary", { ...limited, cohorts: ["paper"] }), NOW + 500);
    reconsider(NOW + 500);
    expect(getDataSource("positions")).toBe("WebSocket");
    expect(liveNow().sourceSince.positions).toBe(NOW + 500);
  });

  it("does not call the end of a guess a change", () => {
    learnWelcome(welcome("live"), NOW);
    reconsider(NOW);
    expect(liveNow().notes).toEqual([]);
  });

  it("believes the desk until a welcome came, and not after it", () => {
    const told = { name: "positions", flag: "", stage: "live", percent: 0, source: "record", bucket: 3, cohort: "", rest: "", every: 7 };
    learnDesk({ features: [told], cohorts: ["paper"] });
    expect(liveNow().cohorts).toEqual(["paper"]);
    expect(liveNow().standings.positions).toMatchObject({ stage: "live", every: 7, bucket: 3 });
    learnWelcome(welcome("shadow"), NOW);
    learnDesk({ features: [told], cohorts: [] });
    expect(liveNow().standings.positions?.stage).toBe("shadow");
  });

  it("takes newer stages, keeps the bucket and interval, and says what moved", () => {
    learnWelcome(welcome("shadow"), NOW);
    learnStages([makeStage({ stage: "live", version: 5 })], NOW);
    expect(liveNow().standings.positions).toMatchObject({ stage: "live", bucket: 11.5, every: 5, version: 5 });
    expect(liveNow().notes[0]?.text).toBe("positions: shadow → live");
    learnStages([makeStage({ stage: "shadow", version: 4 })], NOW);
    expect(liveNow().standings.positions?.stage).toBe("live");
  });

  it("says a stage's move once, and a canary's growth too", () => {
    learnWelcome(welcome("shadow"), NOW);
    reconsider(NOW);
    learnStages([makeStage({ stage: "canary", percent: 10, version: 5 })], NOW);
    reconsider(NOW);
    learnStages([makeStage({ stage: "canary", percent: 25, version: 6 })], NOW);
    reconsider(NOW);
    expect(getDataSource("positions")).toBe("WebSocket");
    expect(liveNow().notes.map(({ text }) => text)).toEqual([
      "positions: canary 10 % → canary 25 %",
      "positions: shadow → canary 10 %",
    ]);
  });

  it("says who moved it and why, louder where it was the watch", () => {
    learnWelcome(welcome("live"), NOW);
    const back = { stage: "shadow", version: 5, by: "watch", reason: "stale 34 s", held_until: iso(NOW + 1000) };
    learnStages([makeStage(back)], NOW);
    expect(liveNow().notes[0]).toMatchObject({ tone: "warn", text: "positions: live → shadow by watch: stale 34 s" });
    expect(liveNow().standings.positions).toMatchObject({ by: "watch", heldUntil: iso(NOW + 1000) });
    learnStages([makeStage({ stage: "live", version: 6, by: "ann" })], NOW);
    expect(liveNow().notes[0]).toMatchObject({ tone: "plain", text: "positions: shadow → live by ann" });
  });

  it("learns of a feature that it did not know", () => {
    learnStages([makeStage({ feature: "orders", stage: "shadow" })], NOW);
    expect(liveNow().standings.orders).toMatchObject({ stage: "shadow", bucket: 100 });
    expect(liveNow().notes).toEqual([]);
  });

  it("falls back when heartbeats stop, says so, and comes back with the next", () => {
    learnWelcome(welcome("live"), NOW);
    useLive.setState({ connection: { ...liveNow().connection, status: "open", goneSince: null } });
    const beat = (at: number) =>
      learnHeartbeat({ timestamp: at / 1000, utc_iso: iso(at + 2000), stale_after_seconds: 15, features: { positions: iso(at + 2000) } }, at);
    beat(NOW);
    reconsider(NOW + 15_000);
    expect(getDataSource("positions")).toBe("WebSocket");
    reconsider(NOW + 15_001);
    expect(getDataSource("positions")).toBe("REST (Fallback)");
    expect(liveNow().notes[0]).toMatchObject({ tone: "warn", text: "positions: WebSocket → REST (Fallback), its job is late" });
    beat(NOW + 16_000);
    reconsider(NOW + 16_000);
    expect(getDataSource("positions")).toBe("WebSocket");
    expect(liveNow().notes[0]).toMatchObject({ tone: "good", text: "positions: REST (Fallback) → WebSocket, all is well again" });
  });

  it("leaves decisions alone that did not change", () => {
    const before = liveNow().decisions;
    reconsider(NOW + 1000);
    expect(liveNow().decisions).toBe(before);
  });
});
