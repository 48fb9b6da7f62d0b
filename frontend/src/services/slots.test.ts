import { describe, expect, it } from "vitest";

import "@/app/features";
import { AT, makeBalance, makeBar, makeMarket, makePosition, makePositions } from "@/testing/factories";

import type { ServerFrame } from "./contract.gen";
import { allSlots, liveKey, readingOf, shadowKey, slotNamed, type SlotName } from "./slots";

const place = { topic: "some.topic", epoch: "e", offset: 7, as_of: AT };
const vwap = { country: "USA", symbol: "SPY", vwap: 588.07, volume: 9, timestamp: AT };
const fresh = (body: unknown) => ({ kind: "fresh", body, etag: '"e:7"', asOf: AT }) as const;
const listed = (topic: string, ...items: object[]) => fresh({ items: items.map((item) => ({ ...item, topic, cursor: "e:7" })), next: null });

const SPY = { country: "USA", symbol: "SPY" };
const CASES: { slot: SlotName; frame: ServerFrame; answer: ReturnType<typeof fresh>; scope: Record<string, string | number> }[] = [
  { slot: "account_balance", frame: { type: "account_balance", data: makeBalance(), ...place, topic: "balance.1" }, answer: fresh(makeBalance()), scope: { account_id: 1 } },
  { slot: "positions", frame: { type: "positions", data: makePositions(makePosition()), ...place, topic: "positions.1" }, answer: fresh(makePositions(makePosition())), scope: { account_id: 1 } },
  { slot: "intraday", frame: { type: "intraday_bar", data: makeBar(), ...place, topic: "bars.USA.SPY" }, answer: listed("bars.USA.SPY", makeBar()), scope: SPY },
  { slot: "vwap", frame: { type: "vwap_update", data: vwap, ...place, topic: "vwap.USA.SPY" }, answer: fresh(vwap), scope: SPY },
  { slot: "global_market", frame: { type: "market_status", data: makeMarket(), ...place, topic: "markets.XNYS" }, answer: listed("markets.XNYS", makeMarket()), scope: {} },
];

describe("the slots", () => {
  it("are all registered", () => {
    expect(allSlots().map(({ name }) => name).sort()).toEqual(CASES.map(({ slot }) => slot).sort());
  });

  it.each(CASES)("$slot: the socket's reading and REST's are the same one", ({ slot, frame, answer, scope }) => {
    const spec = slotNamed(slot);
    const pushed = spec.accept(frame);
    expect(pushed?.scope).toEqual(scope);
    const [asked] = spec.read(answer, scope);
    expect(pushed?.reading).toMatchObject({ ...asked, asOf: AT });
    expect(liveKey(spec, pushed?.scope ?? {})).toEqual(liveKey(spec, scope));
  });

  it.each(CASES)("$slot: leaves the other types alone", ({ slot }) => {
    for (const other of CASES.filter((one) => one.slot !== slot)) expect(slotNamed(slot).accept(other.frame)).toBeNull();
  });

  it("keeps what is shown and its shadow apart", () => {
    const spec = slotNamed("positions");
    expect(liveKey(spec, { account_id: 1 })).toEqual(["live", "positions", 1]);
    expect(shadowKey(spec, { account_id: 1 })).toEqual(["shadow", "positions", 1]);
  });

  it("asks REST with whatever a symbol may hold", () => {
    expect(slotNamed("intraday").path({ country: "USA", symbol: "^GSPC" })).toBe("/api/intraday/?symbol=%5EGSPC&country=USA&limit=390");
    expect(slotNamed("vwap").path({ country: "USA", symbol: "BTC/USD" })).toBe("/api/vwap/?symbol=BTC%2FUSD&country=USA");
    expect(slotNamed("account_balance").path({ account_id: 3 })).toBe("/api/accounts/3/balance/");
  });

  it("names the topics that a panel holds", () => {
    expect(slotNamed("intraday").topics(SPY)).toEqual(["bars.USA.SPY", "bars_open.USA.SPY"]);
    expect(slotNamed("vwap").topics(SPY)).toEqual(["vwap.USA.SPY"]);
    expect(slotNamed("positions").topics({ account_id: 1 })).toEqual(["positions.1"]);
    expect(slotNamed("account_balance").topics({ account_id: 1 })).toEqual(["balance.1"]);
    expect(slotNamed("global_market").topics({})).toEqual([]);
  });

  it("puts a closed bar above the open one, in the same minute's row, however the minute is written", () => {
    const { accept } = slotNamed("intraday");
    const open = accept({ type: "intraday_bar", data: makeBar({ closed: false, timestamp_minute: "2026-11-20T19:31:00+00:00" }), ...place });
    const closed = accept({ type: "intraday_bar", data: makeBar(), ...place });
    expect([open?.reading.rank, closed?.reading.rank]).toEqual([0, 1]);
    expect(open?.reading.row).toBe(closed?.reading.row);
  });

  it("has no place for a frame that has none", () => {
    expect(readingOf({ type: "account_balance", data: makeBalance() }, 1)).toMatchObject({ topic: "account_balance", cursor: null, asOf: "" });
  });
});
