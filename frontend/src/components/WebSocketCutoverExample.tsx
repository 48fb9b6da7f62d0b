/** Three small panels to copy from when you add one: they read a feature, whatever its stage, and say from where. */
import { fixed, money, NOTHING } from "@/format/figures";
import { getDataSource, useWebSocketEnabled, useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import type { Scope } from "@/services/slots";
import { useLive } from "@/stores/live";

import { Panel } from "./ui/Panel";
import "./example.css";

/** All three, as they stand at `/examples`. */
export function WebSocketCutoverExample() {
  return (
    <>
      <AccountBalanceExample />
      <PositionsExample />
      <CutoverStatusExample />
    </>
  );
}

/** One hook gives the data, its state and its source; the panel need not know which transport brought it. */
export function AccountBalanceExample({ scope }: { scope?: Scope }) {
  const balance = useWebSocketFeatureData("account_balance", scope);
  return (
    <Panel title="AccountBalanceExample" className="example" data={balance}>
      {balance.state === "loading" && <p role="status">Loading…</p>}
      {balance.state === "error" && <p role="alert">{balance.error}</p>}
      {balance.state === "empty" && <p>No balance yet.</p>}
      {balance.data && (
        <p className="figures">
          {balance.data.account_number}: <span className="n">{money(balance.data.cash)}</span> cash, by {balance.source}
        </p>
      )}
    </Panel>
  );
}

/** Without a scope the hook takes the desk's own account. */
export function PositionsExample({ scope }: { scope?: Scope }) {
  const positions = useWebSocketFeatureData("positions", scope);
  const held = positions.data?.positions ?? [];
  return (
    <Panel title="PositionsExample" className="example" data={positions}>
      {held.length === 0 && <p>{positions.state === "loading" ? "Loading…" : (positions.error ?? "Nothing is held.")}</p>}
      <ul className="figures">
        {held.map((row) => (
          <li key={row.symbol}>
            <b>{row.symbol}</b> <span className="n">{fixed(row.quantity, 0)}</span> at <span className="n">{money(row.current_price)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Where each feature stands. `useWebSocketEnabled` renders again; `getDataSource` may be asked anywhere, at any time. */
export function CutoverStatusExample() {
  const features = useLive((state) => state.standings);
  return (
    <Panel title="CutoverStatusExample" className="example">
      <dl className="example-status">
        {Object.entries(features).map(([feature, { stage }]) => (
          <Standing key={feature} feature={feature} stage={stage} />
        ))}
      </dl>
      {Object.keys(features).length === 0 && <p>{NOTHING}</p>}
    </Panel>
  );
}

function Standing({ feature, stage }: { feature: string; stage: string }) {
  const isPushed = useWebSocketEnabled(feature);
  return (
    <div>
      <dt>{feature}</dt>
      <dd>
        {isPushed ? "✅ WebSocket" : `⚪ ${getDataSource(feature)}`} <span className="mute">{stage}</span>
      </dd>
    </div>
  );
}
