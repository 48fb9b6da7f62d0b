/** The positions' table itself: figures right, one decimal count per instrument, totals below. */
import { useEffect, useRef } from "react";

import { Change, Figure, Percent } from "@/components/ui/Figure";
import { fixed, money, quantity } from "@/format/figures";

import type { Column, Holding, Order, Totals } from "../rows";

const HEADS: readonly (readonly [Column, string])[] = [
  ["symbol", "Symbol"],
  ["quantity", "Quantity"],
  ["entry_price", "Entry"],
  ["current_price", "Price"],
  ["value", "Value"],
  ["pnl", "P&L"],
  ["percent", "P&L %"],
];

interface TableProps {
  holdings: readonly Holding[];
  totals: Totals;
  order: Order;
  cursor: string | null;
  shown: string | null;
  onSort: (column: Column) => void;
  onPick: (symbol: string) => void;
}

export function PositionsTable({ holdings, totals, order, cursor, shown, onSort, onPick }: TableProps) {
  return (
    <div className="table-scroll figures" role="region" aria-label="Positions, scrollable" tabIndex={0}>
      <table className="positions-table">
        <thead>
          <tr>
            {HEADS.map(([column, name]) => (
              <Head key={column} column={column} name={name} order={order} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {holdings.map((holding) => (
            <Row
              key={holding.symbol}
              holding={holding}
              isCursor={holding.symbol === cursor}
              isShown={holding.symbol === shown}
              onPick={onPick}
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td className="narrow-away" />
            <td className="narrow-away" />
            <td />
            <td>
              <Figure text={money(totals.value)} />
            </td>
            <td>
              <Change value={totals.pnl} />
            </td>
            <td className="narrow-away">
              <Percent value={totals.percent} />
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

const NARROW_AWAY: readonly Column[] = ["quantity", "entry_price", "percent"];

function Head({ column, name, order, onSort }: { column: Column; name: string } & Pick<TableProps, "order" | "onSort">) {
  const isSorted = order.column === column;
  const sort = isSorted ? (order.descending ? "descending" : "ascending") : "none";
  return (
    <th scope="col" aria-sort={sort} className={NARROW_AWAY.includes(column) ? "narrow-away" : undefined}>
      <button type="button" onClick={() => onSort(column)}>
        {name}
        <span aria-hidden="true" className="sort-glyph">
          {isSorted ? (order.descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}

interface RowProps {
  holding: Holding;
  isCursor: boolean;
  isShown: boolean;
  onPick: (symbol: string) => void;
}

function Row({ holding, isCursor, isShown, onPick }: RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isCursor) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [isCursor]);
  return (
    <tr ref={row} data-cursor={isCursor} data-shown={isShown}>
      <th scope="row">
        <button type="button" aria-pressed={isShown} onClick={() => onPick(holding.symbol)}>
          {holding.symbol}
        </button>
      </th>
      <td className="narrow-away">
        <Figure text={quantity(holding.quantity)} />
      </td>
      <td className="narrow-away">
        <Figure text={fixed(holding.entry_price, holding.decimals)} />
      </td>
      <td>
        <Figure text={fixed(holding.current_price, holding.decimals)} />
      </td>
      <td>
        <Figure text={money(holding.value)} />
      </td>
      <td>
        <Change value={holding.pnl} />
      </td>
      <td className="narrow-away">
        <Percent value={holding.percent} />
      </td>
    </tr>
  );
}
