import { describe, expect, it } from "vitest";

import { makeAnswers, makeConsole } from "@/testing/console-factories";
import { AT, makeBalance, makeBar, makeMarket, makePosition, makePositions, makeStage, makeWelcome } from "@/testing/factories";

import { accountBalance, checked, ContractFault, FRAME_TYPES, parseFrame } from "./contract";
import type { ServerFrame } from "./contract.gen";

const FRAMES: { [T in ServerFrame["type"]]: Extract<ServerFrame, { type: T }>["data"] } = {
  account_balance: makeBalance(),
  positions: makePositions(makePosition()),
  intraday_bar: makeBar(),
  vwap_update: { country: "USA", symbol: "SPY", vwap: 588.0712, volume: 5000, timestamp: AT },
  quote_tick: { country: "USA", symbol: "SPY", price: 590.1, volume: 300, bid: 590.08, ask: 590.12, spread: 0.04, timestamp: AT },
  twenty_four_hour: { country: "USA", symbol: "SPY", open_price: 588, high_24h: 591.2, low_24h: 587.5, volume_24h: 5000, timestamp: AT },
  market_status: makeMarket(),
  stages: { stages: [makeStage()], timestamp: AT },
  heartbeat: { timestamp: 1795030000.5, utc_iso: AT, stale_after_seconds: 15, features: { positions: AT } },
  welcome: makeWelcome({ stages: [makeStage()], buckets: { positions: 11.5 }, features: [{ name: "positions", every: 10, rest: "/" }] }),
  subscribed: { topic: "positions.1", epoch: "e", offset: 4, recovered: true, rows: 0 },
  unsubscribed: { topic: "positions.1" },
  reset: { topic: "positions.1", epoch: "e", offset: 4, reason: "gone" },
  pong: { timestamp: 5, server_time: AT },
  console: makeConsole(),
  answers: makeAnswers(),
  error_message: { message: "no", error_code: "unknown_topic", timestamp: AT },
};

describe("parseFrame", () => {
  it.each(Object.entries(FRAMES))("knows a frame of type %s as it is sent", (type, data) => {
    const sent = { type, data, topic: "some.topic", epoch: "9f1c22ab", offset: 20411, as_of: AT };
    expect(parseFrame(JSON.stringify(sent))).toEqual({ kind: "known", frame: sent });
  });

  it("has a check for every type of the contract", () => {
    expect([...FRAME_TYPES].sort()).toEqual(Object.keys(FRAMES).sort());
  });

  it("keeps a type it does not know as unknown", () => {
    expect(parseFrame('{"type": "weather", "data": {}}')).toEqual({ kind: "unknown", type: "weather" });
  });

  it.each([
    ["text that is no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "5"],
    ["bytes", new Uint8Array(2)],
    ["a frame without a type", "{}"],
    ["a type that is no text", '{"type": 4}'],
  ])("calls %s broken", (_, raw) => {
    expect(parseFrame(raw).kind).toBe("broken");
  });

  it("names the field that is wrong", () => {
    const frame = { type: "positions", data: makePositions({ ...makePosition(), pnl: "632" as unknown as number }) };
    expect(parseFrame(JSON.stringify(frame))).toMatchObject({
      kind: "broken",
      reason: expect.stringContaining("data.positions.0.pnl") as unknown,
    });
  });

  it("refuses a time that is none", () => {
    const frame = { type: "account_balance", data: makeBalance({ timestamp: "yesterday" }) };
    expect(parseFrame(JSON.stringify(frame)).kind).toBe("broken");
  });

  it("lets fields pass that a later server may add, and leaves them out", () => {
    const frame = { type: "pong", data: { timestamp: 1, server_time: AT, more: true } };
    expect(parseFrame(JSON.stringify(frame))).toEqual({
      kind: "known",
      frame: { type: "pong", data: { timestamp: 1, server_time: AT } },
    });
  });
});

describe("checked", () => {
  it("gives the typed body", () => {
    expect(checked(accountBalance, makeBalance(), "balance")).toEqual(makeBalance());
  });

  it("says what was not as agreed", () => {
    expect(() => checked(accountBalance, { ...makeBalance(), cash: null }, "balance")).toThrow(ContractFault);
    expect(() => checked(accountBalance, { ...makeBalance(), cash: null }, "balance")).toThrow(/balance: cash/);
  });
});
