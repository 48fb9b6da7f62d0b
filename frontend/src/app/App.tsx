/** Who is here decides what is shown: the door, or the desk. */
import { QueryClientProvider, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useState } from "react";

import { Fault } from "@/components/ui/states";
import { SignInPage } from "@/features/session/components/SignInPage";
import { signOut } from "@/features/session/session";
import type { User } from "@/services/rest-contract";
import { useDesk } from "@/stores/desk";

import { makeQueryClient, sessionQuery } from "./queries";
import { go, usePath } from "./route";
import { SignedIn } from "./SignedIn";

const ENDED = "Your session has ended. Sign in again.";
const STILL_IN = "The server could not be reached: this browser is still signed in.";
const DOOR = "/sign-in";

export function App() {
  const [reason, setReason] = useState<string | null>(null);
  const [client] = useState<QueryClient>(() => {
    const made = makeQueryClient(() => {
      setReason(ENDED);
      leave(made);
    });
    return made;
  });
  useTheme();
  return (
    <QueryClientProvider client={client}>
      <Place reason={reason} onReason={setReason} />
    </QueryClientProvider>
  );
}

interface PlaceProps {
  /** Why one is at the door, if it was not by choice. */
  reason: string | null;
  onReason: (reason: string | null) => void;
}

function Place({ reason, onReason }: PlaceProps) {
  const client = useQueryClient();
  const isAtDoor = usePath() === DOOR;
  if (!isAtDoor) return <Inside onReason={onReason} />;
  return (
    <SignInPage
      reason={reason}
      onSignedIn={(entered: User) => {
        onReason(null);
        client.setQueryData(sessionQuery.queryKey, entered);
        go("/");
      }}
    />
  );
}

/** Only within is the session asked for: at the door nobody is signed in, and an answer that says so is a fault in the console. */
function Inside({ onReason }: Pick<PlaceProps, "onReason">) {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const user = session.data;
  useEffect(() => {
    if (user === null) go(DOOR);
  }, [user]);
  if (session.error && user === undefined) return <Unreachable detail={session.error.message} />;
  if (!user) return <div className="blank" role="status" aria-label="Thor is starting" />;
  return (
    <SignedIn
      user={user}
      onEnded={() => {
        onReason(ENDED);
        leave(client);
      }}
      onSignOut={() => {
        // The desk goes first, so that none of its polls is answered 401.
        leave(client);
        signOut().catch(() => onReason(STILL_IN));
      }}
    />
  );
}

/** Nothing of the last user stays in the cache. */
function leave(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  go(DOOR);
}

function Unreachable({ detail }: { detail: string }) {
  return (
    <main className="blank">
      <Fault title="Thor does not answer" detail={`${detail} This page tries again every three seconds.`} />
    </main>
  );
}

/** In the layout's turn: the chart, whose effects come later, reads the colours that then hold. */
function useTheme(): void {
  const theme = useDesk((state) => state.theme);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
}
