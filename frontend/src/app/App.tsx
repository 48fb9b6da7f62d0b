/** Who is here decides what is shown: the door, or the desk. */
import { QueryClientProvider, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { Fault } from "@/components/ui/states";
import { SignInPage } from "@/features/session/components/SignInPage";
import { signOut, tokenIn } from "@/features/session/session";
import type { User } from "@/services/rest-contract";
import { useDesk } from "@/stores/desk";

import { Desk } from "./Desk";
import { makeQueryClient, sessionQuery } from "./queries";
import { go, usePath } from "./route";

const ENDED = "Your session has ended. Sign in again.";

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
      <Place reason={reason} onSignedIn={() => setReason(null)} onSignedOut={() => setReason(ENDED)} />
    </QueryClientProvider>
  );
}

interface PlaceProps {
  reason: string | null;
  onSignedIn: () => void;
  onSignedOut: () => void;
}

function Place({ reason, onSignedIn, onSignedOut }: PlaceProps) {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const path = usePath();
  const user = session.data;
  const isLink = path === "/sign-in" && tokenIn(location.hash) !== null;
  useEffect(() => {
    if (user === undefined || isLink) return;
    go(user === null ? "/sign-in" : "/");
  }, [user, isLink]);
  if (session.error && user === undefined) return <Unreachable detail={session.error.message} />;
  if (user === undefined) return <div className="blank" role="status" aria-label="Thor is starting" />;
  if (user === null || isLink) {
    return (
      <SignInPage
        reason={reason}
        onSignedIn={(entered: User) => {
          onSignedIn();
          client.setQueryData(sessionQuery.queryKey, entered);
          go("/");
        }}
      />
    );
  }
  return (
    <Desk
      user={user}
      onEnded={() => {
        onSignedOut();
        leave(client);
      }}
      onSignOut={() => void signOut().finally(() => leave(client))}
    />
  );
}

/** Nothing of the last user stays in the cache. */
function leave(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

function Unreachable({ detail }: { detail: string }) {
  return (
    <main className="blank">
      <Fault title="Thor does not answer" detail={`${detail} This page tries again every three seconds.`} />
    </main>
  );
}

function useTheme(): void {
  const theme = useDesk((state) => state.theme);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
}
