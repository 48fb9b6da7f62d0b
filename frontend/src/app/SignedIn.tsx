/** What everybody who is signed in has: one live path across all places of the desk, and the place that the address names. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { Boundary } from "@/components/ui/Boundary";
import { LiveContext, ScopeContext } from "@/hooks/useWebSocket";
import type { Desk as DeskBody, User } from "@/services/rest-contract";
import type { Scope } from "@/services/slots";
import { learnDesk, learnStages, reconsider } from "@/services/websocket-cutover";
import { useDesk } from "@/stores/desk";
import { useLive } from "@/stores/live";

import { chosenAccount, chosenInstrument } from "./chosen";
import { Desk } from "./Desk";
import { makeLive, startLive, type LivePath } from "./live";
import { deskQuery, stagesQuery } from "./queries";
import { replayClock } from "./replay";
import { usePath } from "./route";

const ConsolePlace = lazy(() => import("./ConsolePlace"));
const ExamplesPlace = lazy(() => import("./ExamplesPlace"));

interface SignedInProps {
  user: User;
  /** The server ended the session. */
  onEnded: () => void;
  onSignOut: () => void;
}

export function SignedIn({ user, onEnded, onSignOut }: SignedInProps) {
  const live = useLivePathOf(onEnded);
  const { desk, error } = useToldDesk();
  useStagesWithoutSocket();
  return (
    <LiveContext value={live}>
      <ScopeContext value={useScope(desk)}>
        <Boundary what="This page">
          <Suspense fallback={<div className="blank" role="status" aria-label="The page is loading" />}>
            <Place {...{ user, desk, error, onSignOut }} />
          </Suspense>
        </Boundary>
      </ScopeContext>
    </LiveContext>
  );
}

export interface PlaceProps {
  user: User;
  desk: DeskBody | undefined;
  /** Why the desk could not be read. */
  error: Error | null;
  onSignOut: () => void;
}

const TITLES: Readonly<Record<string, string>> = { "/cutover": "Cutover console · Thor", "/examples": "Examples · Thor" };

function Place(props: PlaceProps) {
  const path = usePath();
  useEffect(() => {
    document.title = TITLES[path] ?? "Thor";
  }, [path]);
  if (path === "/cutover") return <ConsolePlace {...props} />;
  return path === "/examples" ? <ExamplesPlace {...props} /> : <Desk {...props} />;
}

function useLivePathOf(onEnded: () => void): LivePath {
  const client = useQueryClient();
  const ended = useRef(onEnded);
  useEffect(() => {
    ended.current = onEnded;
  });
  const [live] = useState(() => makeLive({ client, onSignedOut: () => ended.current() }));
  useEffect(() => startLive(live), [live]);
  return live;
}

/** What /api/desk/ tells is known to the live path as soon as it is here. */
function useToldDesk(): { desk: DeskBody | undefined; error: Error | null } {
  const { data: desk, error } = useQuery(deskQuery);
  useEffect(() => {
    if (!desk) return;
    useLive.setState({ replay: replayClock(desk.replay) });
    learnDesk(desk);
    reconsider(Date.now());
  }, [desk]);
  return { desk, error };
}

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

/** Whose data a panel shows that does not say. */
function useScope(desk: DeskBody | undefined): Scope {
  const accountId = useDesk((state) => state.accountId);
  const choice = useDesk((state) => state.instrument);
  return useMemo(() => {
    const account = chosenAccount(desk?.accounts, accountId);
    const instrument = chosenInstrument(desk?.watchlist, choice);
    return {
      ...(account ? { account_id: account.id } : {}),
      ...(instrument ? { country: instrument.country, symbol: instrument.symbol } : {}),
    };
  }, [desk, accountId, choice]);
}
