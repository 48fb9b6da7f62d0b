/** The drawing itself, apart from React: three series on one chart, told only what changed. */
import {
  CandlestickSeries,
  ColorType,
  createChart,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";

import { compact, fixed } from "@/format/figures";
import { day, hourMinute, offsetIn } from "@/format/times";

import type { Candle, Point } from "../series";
import { faded, type Palette } from "./palette";

export interface Picture {
  candles: readonly Candle[];
  vwap: readonly Point[];
  decimals: number;
}

const BLANK: Picture = { candles: [], vwap: [], decimals: 2 };
/** A candle's width and gap at first, px, and how many stay free at the right: a young day is not a few broad blocks. */
const LOOK = { barSpacing: 7, rightOffset: 4 };

/** How many from the front are the very same: what follows has to be drawn. */
export function sameUntil<T>(before: readonly T[], next: readonly T[]): number {
  const length = Math.min(before.length, next.length);
  for (let index = 0; index < length; index += 1) {
    if (before[index] !== next[index]) return index;
  }
  return length;
}

/** May the series be told only the end? Yes if nothing was dropped and only the last one was drawn before. */
export const isTail = (before: readonly unknown[], next: readonly unknown[], same: number): boolean =>
  before.length > 0 && next.length >= before.length && same >= before.length - 1;

export class Drawing {
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly vwap: ISeriesApi<"Line">;
  /** The newest close, whatever part of the day is looked at. */
  private readonly last: IPriceLine;
  private shown: Picture = BLANK;
  private palette: Palette;
  /** The chart thinks in UTC: its times are the zone's wall clock, so that days and hours begin where the market's do, seconds. */
  private shift = 0;

  constructor(
    element: HTMLElement,
    palette: Palette,
    private readonly zone: string,
  ) {
    this.palette = palette;
    this.chart = createChart(element, {
      autoSize: true,
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      localization: {
        timeFormatter: (time: Time) => `${day(this.momentOf(time), zone)} ${hourMinute(this.momentOf(time), zone)}`,
      },
      timeScale: {
        timeVisible: true,
        secondsVisible: false,
        ...LOOK,
        minBarSpacing: 1.5,
        tickMarkFormatter: (time: Time, kind: number) =>
          kind < 3 ? day(this.momentOf(time), zone).slice(0, 6) : hourMinute(this.momentOf(time), zone),
      },
      rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.24 } },
    });
    this.volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "custom", formatter: compact },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.vwap = this.chart.addSeries(LineSeries, {
      lineWidth: 2,
      lineStyle: LineStyle.Solid,
      priceLineVisible: false,
      lastValueVisible: false,
      crosshairMarkerVisible: false,
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { lastValueVisible: false, priceLineVisible: false });
    this.last = this.candles.createPriceLine({ price: 0, lineStyle: LineStyle.Dotted, lineWidth: 1, title: "" });
    this.setDecimals(BLANK.decimals);
    this.paint(palette);
  }

  /** Colours of the theme; what is drawn is drawn anew. */
  paint(palette: Palette): void {
    this.palette = palette;
    const { panel, line, mute, faint, accent, up, down, warn } = palette;
    this.chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: panel },
        textColor: mute,
        fontFamily: "'JetBrains Mono', monospace",
        fontSize: 11,
        attributionLogo: false,
      },
      grid: { vertLines: { color: faded(line, 0.55) }, horzLines: { color: faded(line, 0.55) } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      crosshair: {
        vertLine: { color: faint, labelBackgroundColor: faint },
        horzLine: { color: faint, labelBackgroundColor: faint },
      },
    });
    this.candles.applyOptions({
      upColor: panel,
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
    });
    this.last.applyOptions({ color: accent });
    this.vwap.applyOptions({ color: warn });
    if (this.shown.candles.length > 0) this.volume.setData(this.shown.candles.map((candle) => this.volumeOf(candle)));
  }

  show(picture: Picture): void {
    const before = this.shown;
    this.shown = picture;
    if (picture.decimals !== before.decimals) this.setDecimals(picture.decimals);
    this.drawCandles(before.candles, picture.candles);
    this.drawVwap(before.vwap, picture.vwap);
    const close = picture.candles.at(-1)?.close;
    this.last.applyOptions({ price: close ?? 0, lineVisible: close !== undefined, axisLabelVisible: close !== undefined });
  }

  /** Another instrument or width: nothing of what is drawn counts. */
  clear(): void {
    this.shown = { ...BLANK, decimals: this.shown.decimals };
    this.candles.setData([]);
    this.volume.setData([]);
    this.vwap.setData([]);
  }

  onHover(listener: (seconds: number | null) => void): void {
    this.chart.subscribeCrosshairMove(({ time }) => listener(time === undefined ? null : this.momentOf(time) / 1000));
  }

  remove(): void {
    this.chart.remove();
  }

  private setDecimals(decimals: number): void {
    const minMove = Number((10 ** -decimals).toFixed(decimals));
    const priceFormat = { type: "custom", minMove, formatter: (value: number) => fixed(value, decimals) } as const;
    this.candles.applyOptions({ priceFormat });
    this.vwap.applyOptions({ priceFormat });
  }

  private drawCandles(before: readonly Candle[], next: readonly Candle[]): void {
    const same = sameUntil(before, next);
    if (!isTail(before, next, same)) {
      if (before.length === 0) this.begin(next);
      this.candles.setData(next.map((candle) => ({ ...candle, time: this.at(candle.time) })));
      this.volume.setData(next.map((candle) => this.volumeOf(candle)));
      return;
    }
    for (const candle of next.slice(same)) {
      this.candles.update({ ...candle, time: this.at(candle.time) });
      this.volume.update(this.volumeOf(candle));
    }
  }

  private drawVwap(before: readonly Point[], next: readonly Point[]): void {
    if (before === next) return;
    this.vwap.setData(next.map(({ time, value }) => ({ time: this.at(time), value })));
  }

  /** The newest at the right; from here on the zoom is the user's, and what is at the right is followed. */
  private begin(candles: readonly Candle[]): void {
    this.shift = offsetIn((candles.at(-1)?.time ?? 0) * 1000, this.zone) / 1000;
    this.chart.timeScale().applyOptions(LOOK);
    this.chart.timeScale().scrollToPosition(LOOK.rightOffset, false);
  }

  private at(seconds: number): UTCTimestamp {
    return (seconds + this.shift) as UTCTimestamp;
  }

  /** The moment at a place of the time scale, ms. */
  private momentOf(time: Time): number {
    return (Number(time) - this.shift) * 1000;
  }

  private volumeOf({ time, open, close, volume }: Candle) {
    return { time: this.at(time), value: volume, color: faded(close >= open ? this.palette.up : this.palette.down, 0.32) };
  }
}

