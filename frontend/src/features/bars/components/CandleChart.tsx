/** The chart as a component: it lives as long as the panel, and is told what changed. Loaded apart from the desk. */
import { useEffect, useRef } from "react";

import type { Theme } from "@/stores/desk";

import type { Candle, Point } from "../series";
import { Drawing } from "./drawing";
import { paletteOf } from "./palette";

interface CandleChartProps {
  /** What is drawn is drawn from scratch when this changes. */
  subject: string;
  candles: readonly Candle[];
  vwap: readonly Point[];
  decimals: number;
  zone: string;
  theme: Theme;
  onHover: (seconds: number | null) => void;
}

export default function CandleChart({ subject, candles, vwap, decimals, zone, theme, onHover }: CandleChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const drawn = useRef(subject);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const made = new Drawing(element, paletteOf(element), zone);
    made.onHover(onHover);
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.remove();
    };
  }, [zone, onHover]);

  useEffect(() => {
    if (place.current) drawing.current?.paint(paletteOf(place.current));
  }, [theme]);

  useEffect(() => {
    if (drawn.current !== subject) drawing.current?.clear();
    drawn.current = subject;
    drawing.current?.show({ candles, vwap, decimals });
  }, [subject, candles, vwap, decimals, zone, onHover]);

  return <div ref={place} className="chart-canvas" data-testid="chart" data-candles={candles.length} />;
}
