/** From held bars to what the chart draws: candles, wider candles, and the VWAP's way to where it stands. */
import type { IntradayBarPayload, VwapUpdatePayload } from "@/services/contract.gen";
import type { Slot } from "@/services/readings";

export interface Candle {
  /** Start, in seconds since the epoch. */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  closed: boolean;
}

export interface Point {
  time: number;
  value: number;
}

export const WIDTHS = [1, 5, 15] as const;
export type Width = (typeof WIDTHS)[number];

const made = new WeakMap<IntradayBarPayload, Candle>();

/** The same payload always gives the same candle, so that the chart sees at a glance what is new. */
function candleOf(bar: IntradayBarPayload): Candle {
  const known = made.get(bar);
  if (known) return known;
  const { open, high, low, close, volume, closed } = bar;
  const candle = { time: Date.parse(bar.timestamp_minute) / 1000, open, high, low, close, volume, closed };
  made.set(bar, candle);
  return candle;
}

/** Ascending by minute. */
export const candlesFrom = (rows: Slot<IntradayBarPayload>["rows"]): Candle[] =>
  Object.values(rows)
    .map((row) => candleOf(row.payload))
    .sort((a, b) => a.time - b.time);

/** Candles of several minutes, aligned to the hour; the last is open until its last minute has closed. */
export function widen(candles: readonly Candle[], minutes: Width): Candle[] {
  if (minutes === 1) return [...candles];
  const seconds = minutes * 60;
  const wide: Candle[] = [];
  for (const candle of candles) {
    const time = candle.time - (candle.time % seconds);
    const last = wide.at(-1);
    if (last?.time === time) wide[wide.length - 1] = joined(last, candle, seconds);
    else wide.push({ ...candle, time, closed: candle.closed && endsAt(candle, time + seconds) });
  }
  return wide;
}

const endsAt = (candle: Candle, end: number): boolean => candle.time + 60 === end;

const joined = (wide: Candle, next: Candle, seconds: number): Candle => ({
  time: wide.time,
  open: wide.open,
  high: Math.max(wide.high, next.high),
  low: Math.min(wide.low, next.low),
  close: next.close,
  volume: wide.volume + next.volume,
  closed: next.closed && endsAt(next, wide.time + seconds),
});

const typical = ({ high, low, close }: Candle): number => (high + low + close) / 3;

/**
 * The session's VWAP, minute by minute, so that it ends in what the server says.
 *
 * Walked backward from the server's figure: taking a bar out of the average gives the average before it. Where the
 * volume comes to nothing the session began, and the line is counted forward from there. Earlier sessions are not drawn.
 */
export function vwapLine(candles: readonly Candle[], vwap: VwapUpdatePayload | null): Point[] {
  if (!vwap) return [];
  const until = Date.parse(vwap.timestamp) / 1000;
  const within = candles.filter(({ time, closed }) => closed && time + 60 <= until);
  const first = sessionStart(within, vwap.volume);
  return first === null ? backward(within, vwap) : forward(within.slice(first));
}

/** Where the bars' volumes, from the end, add up to the session's; null where they don't reach or don't fit. */
function sessionStart(candles: readonly Candle[], volume: number): number | null {
  let left = volume;
  for (let at = candles.length - 1; at >= 0; at -= 1) {
    left -= candles[at]?.volume ?? 0;
    if (left === 0) return at;
    if (left < 0) return null;
  }
  return null;
}

function forward(candles: readonly Candle[]): Point[] {
  let value = 0;
  let volume = 0;
  return candles.flatMap((candle) => {
    value += typical(candle) * candle.volume;
    volume += candle.volume;
    return volume > 0 ? [{ time: candle.time, value: value / volume }] : [];
  });
}

function backward(candles: readonly Candle[], { vwap, volume }: VwapUpdatePayload): Point[] {
  const points: Point[] = [];
  let left = volume;
  let sum = vwap * volume;
  for (const candle of [...candles].reverse()) {
    if (left <= 0 || sum <= 0) break;
    points.push({ time: candle.time, value: sum / left });
    left -= candle.volume;
    sum -= typical(candle) * candle.volume;
  }
  return points.reverse();
}

/** One point for each wide candle: the last within it. */
export function thin(points: readonly Point[], minutes: Width): Point[] {
  const seconds = minutes * 60;
  const last = new Map(points.map(({ time, value }) => [time - (time % seconds), value]));
  return [...last].map(([time, value]) => ({ time, value }));
}

/** From the first candle of the last candle's day (`dayOf` names a moment's day) to its close; null without candles. */
export function dayChange(candles: readonly Candle[], dayOf: (ms: number) => string): { points: number; percent: number } | null {
  const last = candles.at(-1);
  if (!last) return null;
  const today = dayOf(last.time * 1000);
  const first = candles.find((candle) => dayOf(candle.time * 1000) === today) ?? last;
  return { points: last.close - first.open, percent: first.open === 0 ? 0 : (last.close / first.open - 1) * 100 };
}
