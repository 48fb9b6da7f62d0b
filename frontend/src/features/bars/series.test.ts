import { describe, expect, it } from "vitest";

import { makeBar, makeReading } from "@/testing/factories";

import { candlesFrom, dayChange, thin, vwapLine, widen, type Candle } from "./series";

const START = Date.parse("2026-11-20T14:30:00Z") / 1000;
const candle = (minute: number, differing: Partial<Candle> = {}): Candle => ({
  time: START + minute * 60,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 100,
  closed: true,
  ...differing,
});
const vwapAt = (minute: number, vwap: number, volume: number) => ({
  country: "USA",
  symbol: "SPY",
  vwap,
  volume,
  timestamp: new Date((START + minute * 60) * 1000).toISOString(),
});

describe("candlesFrom", () => {
  it("orders by the minute, and gives the same candle for the same payload", () => {
    const later = makeReading(makeBar({ timestamp_minute: "2026-11-20T14:31:00Z" }), { row: "a" });
    const earlier = makeReading(makeBar({ timestamp_minute: "2026-11-20T14:30:00Z" }), { row: "b" });
    const candles = candlesFrom({ a: later, b: earlier });
    expect(candles.map(({ time }) => time)).toEqual([START, START + 60]);
    expect(candlesFrom({ b: earlier })[0]).toBe(candles[0]);
  });
});

describe("widen", () => {
  it("joins minutes into candles aligned to the clock", () => {
    const wide = widen(
      [candle(0, { open: 1, high: 5 }), candle(1, { high: 9, low: 0.5 }), candle(4, { close: 3 }), candle(5)],
      5,
    );
    expect(wide).toHaveLength(2);
    expect(wide[0]).toEqual({ time: START, open: 1, high: 12, low: 0.5, close: 3, volume: 300, closed: true });
    expect(wide[1]).toMatchObject({ time: START + 300, volume: 100, closed: false });
  });

  it("leaves minutes as they are", () => {
    const candles = [candle(0), candle(1)];
    expect(widen(candles, 1)).toEqual(candles);
  });

  it("is open until its last minute has closed", () => {
    expect(widen([candle(0), candle(4, { closed: false })], 5)[0]?.closed).toBe(false);
    expect(widen([candle(14)], 15)[0]?.closed).toBe(true);
  });
});

describe("vwapLine", () => {
  const bars = [candle(0, { volume: 100 }), candle(1, { volume: 300, high: 14, low: 12, close: 13 }), candle(2, { volume: 100 })];
  const typical = [32 / 3, 13, 32 / 3];
  const after = [typical[0], ((typical[0] ?? 0) * 100 + 13 * 300) / 400, ((typical[0] ?? 0) * 200 + 13 * 300) / 500];

  it("is counted forward where the session's beginning is in view, and ends in the server's figure", () => {
    const line = vwapLine(bars, vwapAt(3, Number((after[2] ?? 0).toFixed(4)), 500));
    expect(line.map(({ time }) => time)).toEqual([START, START + 60, START + 120]);
    line.forEach(({ value }, index) => expect(value).toBeCloseTo(after[index] ?? 0, 10));
  });

  it("does not draw the session before", () => {
    const yesterday = candle(-1000, { volume: 5 });
    expect(vwapLine([yesterday, ...bars], vwapAt(3, after[2] ?? 0, 500))[0]?.time).toBe(START);
  });

  it("is walked backward where the beginning is out of view", () => {
    const volume = 10_500;
    const whole = ((after[2] ?? 0) * 500 + 20 * 10_000) / volume;
    const line = vwapLine(bars, vwapAt(3, whole, volume));
    expect(line.at(-1)?.value).toBeCloseTo(whole, 10);
    expect(line[0]?.value).toBeCloseTo((20 * 10_000 + (typical[0] ?? 0) * 100) / 10_100, 8);
  });

  it("leaves out the open bar and what the figure does not yet hold", () => {
    const line = vwapLine([...bars, candle(3), candle(4, { closed: false })], vwapAt(3, after[2] ?? 0, 500));
    expect(line).toHaveLength(3);
  });

  it("is nothing without a figure, and stops where volumes do not fit", () => {
    expect(vwapLine(bars, null)).toEqual([]);
    expect(vwapLine(bars, vwapAt(3, 11, 50)).map(({ time }) => time)).toEqual([START + 120]);
    expect(vwapLine([candle(0, { volume: 0 })], vwapAt(1, 11, 0))).toEqual([]);
  });

  it("has one point for each wide candle", () => {
    expect(thin([{ time: START, value: 1 }, { time: START + 60, value: 2 }, { time: START + 300, value: 3 }], 5)).toEqual([
      { time: START, value: 2 },
      { time: START + 300, value: 3 },
    ]);
  });
});

describe("dayChange", () => {
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

  it("counts from the first bar of the last bar's day", () => {
    const candles = [candle(-1440, { open: 1 }), candle(0, { open: 10 }), candle(1, { close: 12 })];
    expect(dayChange(candles, dayOf)?.points).toBe(2);
    expect(dayChange(candles, dayOf)?.percent).toBeCloseTo(20);
  });

  it("is nothing without candles, and 0 % of nothing", () => {
    expect(dayChange([], dayOf)).toBeNull();
    expect(dayChange([candle(0, { open: 0 })], dayOf)?.percent).toBe(0);
  });
});
