/** What the account holds, as a table that sorts, totals, and is walked by keys. */
import { useEffect, useMemo, useState } from "react";

import { Panel } from "@/components/ui/Panel";
import { Empty, Fault, Skeleton } from "@/components/ui/states";
import { useKeys } from "@/hooks/useKeys";
import { useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import type { Account } from "@/services/rest-contract";

import { holdingOf, inOrder, totalsOf, turned, type Holding, type Order } from "../rows";
import { PositionsTable } from "./PositionsTable";
import "./positions.css";

interface PositionsPanelProps {
  /** Undefined: it is not known yet whose; null: there is none. */
  account: Account | null | undefined;
  /** The symbol that the chart shows. */
  shown: string | null;
  onOpen: (symbol: string) => void;
}

const AT_FIRST: Order = { column: "value", descending: true };

export function PositionsPanel({ account, shown, onOpen }: PositionsPanelProps) {
  const positions = useWebSocketFeatureData("positions", account ? { account_id: account.id } : null);
  const [order, setOrder] = useState(AT_FIRST);
  const held = positions.data?.positions;
  const holdings = useMemo(() => inOrder((held ?? []).map(holdingOf), order), [held, order]);
  const [cursor, setCursor] = useRowKeys(holdings, onOpen);
  return (
    <Panel
      title="Positions"
      className="positions"
      data={positions}
      aside={held && <span className="n mute positions-count">{held.length}</span>}
    >
      {account !== null && positions.state === "loading" && <Skeleton lines={7} label="The positions are loading" />}
      {positions.state === "error" && (
        <Fault title="The positions cannot be shown" detail={`${positions.error ?? ""} Charts and markets still work.`} />
      )}
      {(account === null || positions.state === "empty" || held?.length === 0) && (
        <Empty title="Nothing is held">What you buy appears here, valued as prices move.</Empty>
      )}
      {holdings.length > 0 && (
        <PositionsTable
          holdings={holdings}
          totals={totalsOf(holdings)}
          order={order}
          cursor={cursor}
          shown={shown}
          onSort={(column) => setOrder(turned(order, column))}
          onPick={(symbol) => {
            setCursor(symbol);
            onOpen(symbol);
          }}
        />
      )}
    </Panel>
  );
}

/** j and k walk the rows, Enter opens the one under the cursor. */
function useRowKeys(
  holdings: readonly Holding[],
  onOpen: (symbol: string) => void,
): [string | null, (symbol: string | null) => void] {
  const [cursor, setCursor] = useState<string | null>(null);
  const at = holdings.findIndex(({ symbol }) => symbol === cursor);
  const isGone = cursor !== null && at < 0;
  useEffect(() => {
    if (isGone) setCursor(null);
  }, [isGone]);
  const move = (step: number): void => {
    const next = Math.min(holdings.length - 1, Math.max(0, at + step));
    setCursor(holdings[next]?.symbol ?? null);
  };
  useKeys({
    j: () => move(1),
    k: () => move(at < 0 ? 1 : -1),
    Enter: () => {
      if (cursor !== null) onOpen(cursor);
    },
    Escape: () => setCursor(null),
  });
  return [cursor, setCursor];
}
