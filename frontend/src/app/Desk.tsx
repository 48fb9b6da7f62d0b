/** The desk: the header, the strip of markets, and the panels, all fed by one live path. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { WebSocketShadowMonitor } from "@/components/WebSocketShadowMonitor";
import { AccountPanel } from "@/features/account/components/AccountPanel";
import { BarsPanel } from "@/features/bars/components/BarsPanel";
import { MarketStrip } from "@/features/markets/components/MarketStrip";
import { PositionsPanel } from "@/features/positions/components/PositionsPanel";
import { useKeys } from "@/hooks/useKeys";
import { LiveContext, type Live } from "@/hooks/useWebSocket";
import type { Account, Desk as DeskBody, Instrument, User } from "@/services/rest-contract";
import { learnDesk, learnStages, reconsider } from "@/services/websocket-cutover";
import { chooseInstrument, toggleTheme, useDesk } from "@/stores/desk";
import { useLive } from "@/stores/live";

import "./desk.css";
import { Header } from "./Header";
import { KeysHelp } from "./KeysHelp";
import { makeLive, startLive } from "./live";
import { deskQuery, stagesQuery } from "./queries";
import { replayClock } from "./replay";

interface DeskProps {
  user: User;
  /** The server ended the session. */
  onEnded: () => void;
  onSignOut: () => void;
}

export function Desk({ user, onEnded, onSignOut }: DeskProps) {
  const live = useLiveDesk(onEnded);
  return (
    <LiveContext value={live}>
      <Panels user={user} onSignOut={onSignOut} />
    </LiveContext>
  );
}

/** One live path for as long as the desk stands. */
function useLiveDesk(onEnded: () => void): Live {
  const client = useQueryClient();
  const ended = useRef(onEnded);
  useEffect(() => {
    ended.current = onEnded;
  });
  const [live] = useState(() => makeLive({ client, onSignedOut: () => ended.current() }));
  useEffect(() => startLive(live), [live]);
  return live;
}

function Panels({ user, onSignOut }: Pick<DeskProps, "user" | "onSignOut">) {
  const { data: desk, error } = useToldDesk();
  const watchlist = desk?.watchlist ?? NO_INSTRUMENTS;
  const account = useAccount(desk?.accounts);
  const instrument = useInstrument(desk?.watchlist);
  const [showsKeys, setShowsKeys] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useStagesWithoutSocket();
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

/** What /api/desk/ tells is known to the live path as soon as it is here. */
function useToldDesk(): { data: DeskBody | undefined; error: Error | null } {
  const { data, error } = useQuery(deskQuery);
  useEffect(() => {
    if (!data) return;
    useLive.setState({ replay: replayClock(data.replay) });
    learnDesk(data);
    reconsider(Date.now());
  }, [data]);
  return { data, error };
}

const NO_INSTRUMENTS: readonly Instrument[] = [];
const STAGES_EVERY_MS = 10_000;

/** Without a socket the stages are asked for, so that a move is heard of all the same. */
function useStagesWithoutSocket(): void {
  const asks = useLive(({ connection: { status, attempt } }) => status !== "open" && (attempt > 0 || status === "refused"));
  const { data } = useQuery({ ...stagesQuery, enabled: asks, refetchInterval: asks ? STAGES_EVERY_MS : false });
  useEffect(() => {
    if (!data) return;
    learnStages(data.stages, Date.now());
    reconsider(Date.now());
  }, [data]);
}

/** The chosen account, else the first; null: there is none; undefined: not known yet. */
function useAccount(accounts: readonly Account[] | undefined): Account | null | undefined {
  const chosen = useDesk((state) => state.accountId);
  return accounts && (accounts.find(({ id }) => id === chosen) ?? accounts[0] ?? null);
}

function useInstrument(watchlist: readonly Instrument[] | undefined): Instrument | null | undefined {
  const chosen = useDesk((state) => state.instrument);
  return chosen ?? (watchlist && (watchlist[0] ?? null));
}

const countryOf = (symbol: string, watchlist: readonly Instrument[]): string =>
  watchlist.find((one) => one.symbol === symbol)?.country ?? watchlist[0]?.country ?? "USA";

const digits = (watchlist: readonly Instrument[]): Record<string, () => void> =>
  Object.fromEntries(watchlist.slice(0, 9).map((one, index) => [String(index + 1), () => chooseInstrument(one)]));
