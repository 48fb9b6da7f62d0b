/** The desk: the header, the strip of markets, and the panels. */
import { useRef, useState } from "react";

import { WebSocketShadowMonitor } from "@/components/WebSocketShadowMonitor";
import { AccountPanel } from "@/features/account/components/AccountPanel";
import { BarsPanel } from "@/features/bars/components/BarsPanel";
import { MarketStrip } from "@/features/markets/components/MarketStrip";
import { PositionsPanel } from "@/features/positions/components/PositionsPanel";
import { useKeys } from "@/hooks/useKeys";
import type { Desk as DeskBody, Instrument, User } from "@/services/rest-contract";
import { chooseInstrument, toggleTheme, useDesk } from "@/stores/desk";

import { chosenAccount, chosenInstrument } from "./chosen";
import "./desk.css";
import { Header } from "./Header";
import { KeysHelp } from "./KeysHelp";

interface DeskProps {
  user: User;
  desk: DeskBody | undefined;
  /** Why the desk could not be read. */
  error: Error | null;
  onSignOut: () => void;
}

export function Desk({ user, desk, error, onSignOut }: DeskProps) {
  const watchlist = desk?.watchlist ?? NO_INSTRUMENTS;
  const account = chosenAccount(desk?.accounts, useDesk((state) => state.accountId));
  const instrument = chosenInstrument(desk?.watchlist, useDesk((state) => state.instrument));
  const [showsKeys, setShowsKeys] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useKeys({
    "/": () => search.current?.focus(),
    "?": () => setShowsKeys(true),
    t: toggleTheme,
    ...digits(watchlist),
  });
  const open = (symbol: string): void => chooseInstrument({ country: countryOf(symbol, watchlist), symbol });
  return (
    <div className="desk">
      <Header {...{ user, desk, search, watchlist, onSignOut }} account={account ?? null} onSymbol={open} onKeys={() => setShowsKeys(true)} />
      <MarketStrip />
      {error && !desk && (
        <p className="desk-fault" role="alert">
          △ The desk cannot be read: {error.message} It is tried again every five seconds.
        </p>
      )}
      <main className="desk-grid">
        <h1 className="sr-only">Thor's desk</h1>
        <div className="desk-column">
          <BarsPanel instrument={instrument} watchlist={watchlist} onChoose={chooseInstrument} />
          <PositionsPanel account={account} shown={instrument?.symbol ?? null} onOpen={open} />
        </div>
        <div className="desk-column">
          <AccountPanel account={account} />
          <WebSocketShadowMonitor />
        </div>
      </main>
      {showsKeys && <KeysHelp onClose={() => setShowsKeys(false)} />}
    </div>
  );
}

const NO_INSTRUMENTS: readonly Instrument[] = [];

const countryOf = (symbol: string, watchlist: readonly Instrument[]): string =>
  watchlist.find((one) => one.symbol === symbol)?.country ?? watchlist[0]?.country ?? "USA";

const digits = (watchlist: readonly Instrument[]): Record<string, () => void> =>
  Object.fromEntries(watchlist.slice(0, 9).map((one, index) => [String(index + 1), () => chooseInstrument(one)]));
