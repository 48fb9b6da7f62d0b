/** What is drawn, without a canvas: stands in for lightweight-charts in jsdom and remembers each series' points. */
import { vi } from "vitest";

export interface FakeSeries {
  kind: string;
  points: { time: number; close?: number; value?: number }[];
  /** How often the whole series was set, and how often only its end. */
  sets: number;
  updates: number;
}

interface Drawn {
  series: FakeSeries[];
  hover: ((event: { time?: number }) => void)[];
  /** In which theme the chart was last painted. */
  theme: string | undefined;
}

export const drawn: Drawn = { series: [], hover: [], theme: undefined };

function seriesOf(kind: string) {
  const series: FakeSeries = { kind, points: [], sets: 0, updates: 0 };
  drawn.series.push(series);
  return {
    applyOptions: () => undefined,
    createPriceLine: () => ({ applyOptions: () => undefined }),
    setData: (points: FakeSeries["points"]) => {
      series.sets += 1;
      series.points = points;
    },
    update: (point: FakeSeries["points"][number]) => {
      series.updates += 1;
      series.points = [...series.points.filter(({ time }) => time !== point.time), point];
    },
  };
}

const chart = () => ({
  addSeries: seriesOf,
  applyOptions: () => (drawn.theme = document.documentElement.dataset.theme),
  priceScale: () => ({ applyOptions: () => undefined }),
  timeScale: () => ({ applyOptions: () => undefined, scrollToPosition: () => undefined }),
  subscribeCrosshairMove: (listener: (event: { time?: number }) => void) => drawn.hover.push(listener),
  remove: () => undefined,
});

vi.mock("lightweight-charts", () => ({
  CandlestickSeries: "candles",
  HistogramSeries: "volume",
  LineSeries: "line",
  ColorType: { Solid: "solid" },
  CrosshairMode: { Normal: 0 },
  LineStyle: { Solid: 0, Dotted: 1 },
  createChart: () => {
    drawn.series = [];
    drawn.hover = [];
    return chart();
  },
}));

/** The newest chart's series of that kind. */
export const seriesNamed = (kind: string): FakeSeries => {
  const found = drawn.series.find((series) => series.kind === kind);
  if (!found) throw new Error(`no ${kind} was drawn`);
  return found;
};
