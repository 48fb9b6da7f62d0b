/** The positions table's figures: value, share, order and totals, from what the account holds. */
import { priceDecimals } from "@/format/figures";
import type { PositionRow } from "@/services/contract.gen";

export interface Holding extends PositionRow {
  value: number;
  /** P&L in percent of what it cost; null where it cost nothing. */
  percent: number | null;
  /** Decimals for both of its prices. */
  decimals: number;
}

export const COLUMNS = ["symbol", "quantity", "entry_price", "current_price", "value", "pnl", "percent"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  column: Column;
  descending: boolean;
}

const percentOf = (pnl: number, cost: number): number | null => (cost === 0 ? null : (pnl / cost) * 100);

export const holdingOf = (row: PositionRow): Holding => ({
  ...row,
  value: row.quantity * row.current_price,
  percent: percentOf(row.pnl, Math.abs(row.quantity * row.entry_price)),
  decimals: Math.max(priceDecimals(row.entry_price), priceDecimals(row.current_price)),
});

function compare(a: Holding, b: Holding, column: Column): number {
  if (column === "symbol") return a.symbol.localeCompare(b.symbol, "en");
  return (a[column] ?? -Infinity) - (b[column] ?? -Infinity);
}

/** A new array in that order; equal rows by symbol. */
export const inOrder = (holdings: readonly Holding[], { column, descending }: Order): Holding[] =>
  [...holdings].sort(
    (a, b) => (descending ? -1 : 1) * compare(a, b, column) || a.symbol.localeCompare(b.symbol, "en"),
  );

/** The same column turns round; another begins with its natural direction. */
export const turned = (order: Order, column: Column): Order =>
  order.column === column ? { column, descending: !order.descending } : { column, descending: column !== "symbol" };

export interface Totals {
  value: number;
  pnl: number;
  percent: number | null;
}

export function totalsOf(holdings: readonly Holding[]): Totals {
  const sum = (figure: (holding: Holding) => number): number => holdings.reduce((total, one) => total + figure(one), 0);
  const pnl = sum((one) => one.pnl);
  return { value: sum((one) => one.value), pnl, percent: percentOf(pnl, sum((one) => Math.abs(one.quantity * one.entry_price))) };
}
