/** The header: whose desk, which world (paper, live, replay), whether the line stands, the time, and the way out. */
import { useState, type FormEvent, type RefObject } from "react";

import { clock, day } from "@/format/times";
import { useMarketTime } from "@/hooks/useMarketTime";
import type { Account, Desk, Instrument, User } from "@/services/rest-contract";
import { chooseAccount } from "@/stores/desk";
import { useLive } from "@/stores/live";

import "./header.css";
import { ConnectionBadge, isOperator, ReplayChip, SignOutButton, ThemeButton } from "./HeaderParts";
import { Link } from "./Link";

interface HeaderProps {
  user: User;
  desk: Desk | undefined;
  account: Account | null;
  watchlist: readonly Instrument[];
  search: RefObject<HTMLInputElement | null>;
  onSymbol: (symbol: string) => void;
  onKeys: () => void;
  onSignOut: () => void;
}

export function Header({ user, desk, account, watchlist, search, onSymbol, onKeys, onSignOut }: HeaderProps) {
  return (
    <header className="top">
      <span className="brand" title={desk ? `Thor ${desk.version}` : undefined}>
        THOR
      </span>
      <AccountChooser accounts={desk?.accounts ?? []} account={account} />
      <ReplayChip desk={desk} />
      {desk && (
        <span className="chip feed-chip">
          Feed <b>{desk.feed}</b>
        </span>
      )}
      <SymbolSearch input={search} watchlist={watchlist} onSymbol={onSymbol} />
      <span className="spread" />
      <ConnectionBadge />
      <Clocks />
      <ThemeButton />
      <button type="button" className="button keys-button" onClick={onKeys}>
        <kbd>?</kbd> keys
      </button>
      {isOperator(user) && (
        <Link to="/cutover" className="button console-link">
          Cutover
        </Link>
      )}
      <SignOutButton user={user} onSignOut={onSignOut} />
    </header>
  );
}

function AccountChooser({ accounts, account }: { accounts: readonly Account[]; account: Account | null }) {
  if (!account) return null;
  const isPaper = account.kind.toLowerCase() === "paper";
  return (
    <label className="account-chooser" data-world={isPaper ? "paper" : "live"}>
      <b>{isPaper ? "PAPER" : account.kind.toUpperCase()}</b>
      <span className="sr-only">Account</span>
      <select value={account.id} onChange={(event) => chooseAccount(Number(event.target.value))}>
        {accounts.map(({ id, slug, number }) => (
          <option key={id} value={id}>
            {slug} · {number}
          </option>
        ))}
      </select>
    </label>
  );
}

const NEW_YORK = "America/New_York";

interface SearchProps {
  input: RefObject<HTMLInputElement | null>;
  watchlist: readonly Instrument[];
  onSymbol: (symbol: string) => void;
}

function SymbolSearch({ input, watchlist, onSymbol }: SearchProps) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const symbol = text.trim().toUpperCase();
    if (symbol === "") return;
    onSymbol(symbol);
    setText("");
    input.current?.blur();
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <kbd aria-hidden="true">/</kbd>
      <input
        ref={input}
        aria-label="Show a symbol"
        placeholder="Symbol"
        list="symbols"
        autoComplete="off"
        spellCheck={false}
        maxLength={32}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <datalist id="symbols">
        {watchlist.map(({ country, symbol }) => (
          <option key={`${country} ${symbol}`} value={symbol} />
        ))}
      </datalist>
    </form>
  );
}

/** The market's time: in a replay that of the replay, with its day, in the replay's colours. */
function Clocks() {
  const now = useMarketTime();
  const isReplay = useLive((state) => state.replay !== null);
  return (
    <span className="chip clocks" data-replay={isReplay} title={isReplay ? "The replay's time" : "The server's time"}>
      {isReplay && (
        <span className="n">
          <span className="sr-only">In the replay </span>
          {day(now, NEW_YORK)}
        </span>
      )}
      <span className="n">{clock(now, NEW_YORK)}</span> <b>ET</b>
      <span className="n clock-utc">{clock(now, "UTC")} UTC</span>
    </span>
  );
}
