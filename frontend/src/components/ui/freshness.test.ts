import { describe, expect, it } from "vitest";

import { freshnessOf, type Sourced } from "./freshness";

const NOW = 1_000_000;
const clocks = { now: NOW, serverOffset: 0, isReplay: false };
const data = (differing: Partial<Sourced> = {}): Sourced => ({
  source: "WebSocket",
  reason: "stage",
  receivedAt: NOW - 2000,
  asOf: new Date(NOW - 5000).toISOString(),
  staleAfter: null,
  error: null,
  state: "ready",
  ...differing,
});

describe("freshnessOf", () => {
  it("says where the data is from, and how old by the server's clock", () => {
    expect(freshnessOf(data(), clocks)).toMatchObject({ label: "WebSocket", age: "5 s", tone: "socket", isStale: false });
    expect(freshnessOf(data(), { ...clocks, serverOffset: 3000 }).age).toBe("8 s");
    expect(freshnessOf(data({ source: "REST (Shadow)" }), clocks)).toMatchObject({ label: "REST (Shadow)", tone: "shadow" });
  });

  it("counts since receipt in a replay, and where nothing else is told", () => {
    expect(freshnessOf(data(), { ...clocks, isReplay: true }).age).toBe("2 s");
    expect(freshnessOf(data({ asOf: null }), clocks).age).toBe("2 s");
  });

  it("does not call pushed data stale for being old: a closed market is no fault", () => {
    const old = data({ asOf: new Date(NOW - 57_600_000).toISOString(), receivedAt: NOW - 57_600_000 });
    expect(freshnessOf(old, clocks)).toMatchObject({ isStale: false, age: "16 h" });
  });

  it("calls it stale when polls stay away, or when its job is late", () => {
    const polled = data({ source: "REST", staleAfter: 30_000, receivedAt: NOW - 30_001 });
    expect(freshnessOf(polled, clocks)).toMatchObject({ isStale: true, label: "REST · stale", tone: "warn" });
    expect(freshnessOf({ ...polled, receivedAt: NOW - 30_000 }, clocks).isStale).toBe(false);
    expect(freshnessOf(data({ source: "REST (Fallback)", reason: "stale" }), clocks).isStale).toBe(true);
  });

  it("tells why it fell back", () => {
    expect(freshnessOf(data({ source: "REST (Fallback)", reason: "socket_gone" }), clocks).title).toContain("the socket is gone");
  });

  it("is offline, with the last known moment, when the server no longer answers", () => {
    const offline = freshnessOf(data({ source: "REST", error: "The server cannot be reached." }), clocks);
    expect(offline).toMatchObject({ label: "offline", isStale: true, title: "The server cannot be reached." });
    expect(offline.age).toMatch(/^last known \d\d:\d\d:\d\d$/);
  });

  it("waits while nothing came, and says when there is no answer at all", () => {
    expect(freshnessOf(data({ receivedAt: null, asOf: null }), clocks)).toMatchObject({ age: "waiting", isStale: false });
    expect(freshnessOf(data({ receivedAt: null, error: "No." }), clocks).label).toBe("no answer");
  });
});
