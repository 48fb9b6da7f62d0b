/** An account at a glance: what it is worth, how that splits into cash and holdings, and what it may still buy. */
import { Figure } from "@/components/ui/Figure";
import { Panel } from "@/components/ui/Panel";
import { Empty, Fault, Skeleton } from "@/components/ui/states";
import { fixed, money } from "@/format/figures";
import { useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import type { AccountBalancePayload } from "@/services/contract.gen";
import type { Account } from "@/services/rest-contract";

import { splitOf } from "../split";
import "./account.css";

/** Account undefined: it is not known yet whose; null: there is none. */
export function AccountPanel({ account }: { account: Account | null | undefined }) {
  const balance = useWebSocketFeatureData("account_balance", account ? { account_id: account.id } : null);
  return (
    <Panel
      title="Account"
      className="account"
      data={balance}
      aside={account && <span className="mute account-name">{account.name || account.slug}</span>}
    >
      {account === null && <Empty title="No account">Ask an operator to make you a member of one.</Empty>}
      {account !== null && balance.state === "loading" && <Skeleton lines={5} label="The balance is loading" />}
      {account && balance.state === "error" && (
        <Fault title="The balance cannot be shown" detail={`${balance.error ?? ""} Charts and markets still work.`} />
      )}
      {account && balance.state === "empty" && (
        <Empty title="No balance yet">It appears when the broker has been asked for the first time.</Empty>
      )}
      {balance.data && <Balance balance={balance.data} />}
    </Panel>
  );
}

function Balance({ balance }: { balance: AccountBalancePayload }) {
  return (
    <div className="figures">
      <dl className="account-head">
        <dt>Portfolio value</dt>
        <dd>
          <Figure text={money(balance.portfolio_value)} className="account-worth" />
        </dd>
      </dl>
      <Split balance={balance} />
      <dl className="account-grid">
        <Entry name="Cash" value={balance.cash} />
        <Entry name="Buying power" value={balance.buying_power} />
        <Entry name="Equity" value={balance.equity} />
        <Entry name="In positions" value={balance.equity - balance.cash} />
      </dl>
    </div>
  );
}

function Entry({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Figure text={money(value)} />
      </dd>
    </div>
  );
}

function Split({ balance }: { balance: AccountBalancePayload }) {
  const split = splitOf(balance);
  if (split === null) return null;
  const invested = `${fixed(split.invested * 100, 1)} %`;
  const cash = `${fixed(split.cash * 100, 1)} %`;
  return (
    <div className="split">
      <div className="split-bar" aria-hidden="true">
        <span style={{ inlineSize: `${split.invested * 100}%` }} />
      </div>
      <p className="split-legend">
        <span>
          <i className="swatch invested" /> invested <b className="n">{invested}</b>
        </span>
        <span>
          <i className="swatch" /> cash <b className="n">{cash}</b>
        </span>
      </p>
    </div>
  );
}
