/** One instrument: its last price, its candles with volume and VWAP, and which of the watchlist is shown. */
import { lazy, Suspense, useCallback, useMemo, useState } from "react";

import { Boundary } from "@/components/ui/Boundary";
import { Change, Figure, Percent } from "@/components/ui/Figure";
import { Panel } from "@/components/ui/Panel";
import { Empty, Fault, SkeletonSurface } from "@/components/ui/states";
import { compact, fixed, NOTHING, priceDecimals } from "@/format/figures";
import { dateIn, hourMinute } from "@/format/times";
import { useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import type { Instrument } from "@/services/rest-contract";
import { useDesk } from "@/stores/desk";

import { candlesFrom, dayChange, thin, vwapLine, widen, WIDTHS, type Candle, type Width } from "../series";
import { zoneOf } from "../zones";
import "./bars.css";

const CandleChart = lazy(() => import("./CandleChart"));

interface BarsPanelProps {
  /** Undefined: it is not known yet which; null: there is none. */
  instrument: Instrument | null | undefined;
  watchlist: readonly Instrument[];
  onChoose: (instrument: Instrument) => void;
}

export function BarsPanel({ instrument, watchlist, onChoose }: BarsPanelProps) {
  const scope = instrument ? { country: instrument.country, symbol: instrument.symbol } : null;
  const bars = useWebSocketFeatureData("intraday", scope);
  const vwap = useWebSocketFeatureData("vwap", scope).data;
  const [width, setWidth] = useState<Width>(1);
  const minutes = useMemo(() => candlesFrom(bars.rows), [bars.rows]);
  const line = useMemo(() => vwapLine(minutes, vwap), [minutes, vwap]);
  const zone = zoneOf(instrument?.country);
  return (
    <Panel
      title={instrument?.symbol ?? "Chart"}
      className="bars"
      data={bars}
      aside={
        <>
          <LastPrice candles={minutes} zone={zone} />
          <Watchlist instruments={watchlist} shown={instrument ?? null} onChoose={onChoose} />
          <Widths width={width} onChange={setWidth} />
          <span className="chip vwap-chip">
            <i className="vwap-swatch" aria-hidden="true" />
            VWAP <b className="n">{vwap ? fixed(vwap.vwap, decimalsOf(minutes)) : NOTHING}</b>
          </span>
        </>
      }
    >
      {bars.state === "loading" && instrument !== null && <SkeletonSurface label="The bars are loading" />}
      {bars.state === "error" && <Fault title="The bars cannot be shown" detail={bars.error ?? ""} />}
      {(bars.state === "empty" || instrument === null) && (
        <Empty title={instrument ? `No bars of ${instrument.symbol} yet` : "No symbol is chosen"}>
          {instrument ? "The first appears with the next trade. Press / for another symbol." : "Press / to choose one."}
        </Empty>
      )}
      {bars.state === "ready" && instrument && (
        <Candles subject={`${instrument.country} ${instrument.symbol} ${width}`} {...{ minutes, line, width, zone }} />
      )}
    </Panel>
  );
}

interface CandlesProps {
  subject: string;
  minutes: readonly Candle[];
  line: ReturnType<typeof vwapLine>;
  width: Width;
  zone: string;
}

function Candles({ subject, minutes, line, width, zone }: CandlesProps) {
  const theme = useDesk((state) => state.theme);
  const [hovered, setHovered] = useState<number | null>(null);
  const onHover = useCallback((seconds: number | null) => setHovered(seconds), []);
  const candles = useMemo(() => widen(minutes, width), [minutes, width]);
  const vwap = useMemo(() => thin(line, width), [line, width]);
  const decimals = decimalsOf(minutes);
  const shown = candles.find(({ time }) => time === hovered) ?? candles.at(-1);
  return (
    <div className="chart figures">
      {shown && <Legend candle={shown} decimals={decimals} zone={zone} />}
      <Boundary what="The chart">
        <Suspense fallback={<SkeletonSurface label="The chart is loading" />}>
          <CandleChart {...{ subject, candles, vwap, decimals, zone, theme, onHover }} />
        </Suspense>
      </Boundary>
      <a className="attribution" href="https://www.tradingview.com/" target="_blank" rel="noreferrer" title={NOTICE}>
        TradingView Lightweight Charts™
      </a>
    </div>
  );
}

const NOTICE = "TradingView Lightweight Charts™ Copyright (c) 2025 TradingView, Inc. https://www.tradingview.com/";
const DECIMALS_FROM = 60;

/** One number of decimals for the instrument: the most that its latest closes were given with. */
const decimalsOf = (candles: readonly Candle[]): number =>
  Math.max(2, ...candles.slice(-DECIMALS_FROM).map(({ close }) => priceDecimals(close)));

function LastPrice({ candles, zone }: { candles: readonly Candle[]; zone: string }) {
  const last = candles.at(-1);
  const change = dayChange(candles, (ms) => dateIn(ms, zone));
  if (!last || !change) return null;
  return (
    <span className="last figures">
      <Figure text={fixed(last.close, decimalsOf(candles))} className="last-price" />
      <span className="last-change" title="Since the day's first bar shown">
        <Change value={change.points} />
        <Percent value={change.percent} />
      </span>
    </span>
  );
}

function Legend({ candle, decimals, zone }: { candle: Candle; decimals: number; zone: string }) {
  const figures = [
    ["O", candle.open],
    ["H", candle.high],
    ["L", candle.low],
    ["C", candle.close],
  ] as const;
  return (
    <p className="legend n">
      <span>{hourMinute(candle.time * 1000, zone)}</span>
      {figures.map(([name, value]) => (
        <span key={name}>
          <i>{name}</i> {fixed(value, decimals)}
        </span>
      ))}
      <span>
        <i>V</i> {compact(candle.volume)}
      </span>
      {!candle.closed && <span className="legend-open">open</span>}
    </p>
  );
}

interface WatchlistProps {
  instruments: readonly Instrument[];
  shown: Instrument | null;
  onChoose: (instrument: Instrument) => void;
}

function Watchlist({ instruments, shown, onChoose }: WatchlistProps) {
  return (
    <div className="tabs watchlist" role="group" aria-label="Watchlist">
      {instruments.map((instrument) => (
        <button
          key={`${instrument.country} ${instrument.symbol}`}
          type="button"
          className="tab"
          aria-pressed={instrument.symbol === shown?.symbol && instrument.country === shown.country}
          onClick={() => onChoose(instrument)}
        >
          {instrument.symbol}
        </button>
      ))}
    </div>
  );
}

function Widths({ width, onChange }: { width: Width; onChange: (width: Width) => void }) {
  return (
    <div className="tabs widths" role="group" aria-label="Minutes for each candle">
      {WIDTHS.map((minutes) => (
        <button
          key={minutes}
          type="button"
          className="tab n"
          aria-pressed={minutes === width}
          onClick={() => onChange(minutes)}
        >
          {minutes}m
        </button>
      ))}
    </div>
  );
}
