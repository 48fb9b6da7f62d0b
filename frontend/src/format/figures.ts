/** Figures as the desk shows them: fixed decimals, thousands separated, a true minus, never a negative zero. */

const MINUS = "−";
export const NOTHING = "–";

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(least: number, most: number): Intl.NumberFormat {
  const key = `${least}-${most}`;
  const format =
    formats.get(key) ?? new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
  formats.set(key, format);
  return format;
}

function written(value: number, least: number, most: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const text = formatOf(least, most).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

export const fixed = (value: number, decimals: number): string => written(value, decimals, decimals);

export const money = (value: number): string => fixed(value, 2);

/** How many decimals a price was given with, within 2 to 4. */
export function priceDecimals(value: number): number {
  const given = String(value).split(".")[1]?.length ?? 0;
  return Math.min(4, Math.max(2, given));
}

export const price = (value: number): string => fixed(value, priceDecimals(value));

export const quantity = (value: number): string => written(value, 0, 6);

/** With a sign on both sides of zero: `+1.08`, `−0.70`, `0.00`. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export const whole = (value: number): string => fixed(value, 0);

/** 950, 12.4 K, 3.1 M: for volumes. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size < 10_000) return written(value, 0, 0);
  if (size < 1_000_000) return `${fixed(value / 1000, 1)} K`;
  return size < 1_000_000_000 ? `${fixed(value / 1_000_000, 1)} M` : `${fixed(value / 1_000_000_000, 1)} B`;
}

export type Direction = "up" | "down" | "flat";

export const directionOf = (value: number): Direction => (value > 0 ? "up" : value < 0 ? "down" : "flat");

export const GLYPHS: Readonly<Record<Direction, string>> = { up: "▲", down: "▼", flat: "■" };
