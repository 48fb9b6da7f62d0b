/** Three small panels to copy from when you add one: they read a feature, whatever its stage, and say from where. */
import { fixed, money } from "@/format/figures";
import { getDataSource, useWebSocketEnabled, useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import { useLive } from "@/stores/live";

/** One hook gives the data, its state and its source; the panel need not know which transport brought it. */
export function AccountBalanceExample({ accountId }: { accountId: number }) {
  const balance = useWebSocketFeatureData("account_balance", { account_id: accountId });
  if (balance.state === "loading") return <p>Loading…</p>;
  if (balance.data === null) return <p>{balance.error ?? "No balance yet."}</p>;
  return (
    <p>
      {balance.data.account_number}: {money(balance.data.cash)} cash <small>by {balance.source}</small>
    </p>
  );
}

export function PositionsExample({ accountId }: { accountId: number }) {
  const positions = useWebSocketFeatureData("positions", { account_id: accountId });
  return (
    <ul>
      {(positions.data?.positions ?? []).map((row) => (
        <li key={row.symbol}>
          {row.symbol} {fixed(row.quantity, 0)} at {money(row.current_price)}
        </li>
      ))}
    </ul>
  );
}

/** Where each feature stands. `useWebSocketEnabled` re-renders; `getDataSource` may be asked anywhere, at any time. */
export function CutoverStatusExample() {
  const features = useLive((state) => state.standings);
  return (
    <dl>
      {Object.keys(features).map((feature) => (
        <Standing key={feature} feature={feature} />
      ))}
    </dl>
  );
}

function Standing({ feature }: { feature: string }) {
  const isPushed = useWebSocketEnabled(feature);
  return (
    <div>
      <dt>{feature}</dt>
      <dd>{isPushed ? "✅ WebSocket" : `⚪ ${getDataSource(feature)}`}</dd>
    </div>
  );
}
