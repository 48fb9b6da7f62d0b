/** The one query cache, and what the desk asks for once. */
import { QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";

import { currentUser } from "@/features/session/session";
import { ApiError, get } from "@/services/api";
import { checked, stages } from "@/services/contract";
import { readDesk, type Desk, type User } from "@/services/rest-contract";

/** Pushed data is never asked for again because a window was looked at; only the polls' own interval asks. */
export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const queryCache = new QueryCache({
    onError: (fault, query) => {
      if (query.queryKey[0] !== "session" && fault instanceof ApiError && fault.status === 401) onSignedOut();
    },
  });
  const client = new QueryClient({
    queryCache,
    defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 0 } },
  });
  // What is held belongs to the socket's cursors: it must not be dropped behind their back.
  for (const part of ["live", "shadow"]) {
    client.setQueryDefaults([part], { gcTime: Infinity, structuralSharing: false, networkMode: "always" });
  }
  return client;
}

/** Null: nobody is signed in. */
export const sessionQuery = queryOptions<User | null>({
  queryKey: ["session"],
  queryFn: async () => {
    try {
      return await currentUser();
    } catch (fault) {
      if (fault instanceof ApiError && (fault.status === 401 || fault.status === 403)) return null;
      throw fault;
    }
  },
  staleTime: Infinity,
  refetchInterval: (query) => (query.state.error ? 3000 : false),
});

export const deskQuery = queryOptions<Desk>({
  queryKey: ["desk"],
  queryFn: async () => readDesk(await get("/api/desk/")),
  staleTime: Infinity,
  refetchInterval: (query) => (query.state.data ? false : 5000),
});

export const stagesQuery = queryOptions({
  queryKey: ["stages"],
  queryFn: async () => checked(stages, await get("/api/cutover/stages/", "fallback"), "stages"),
});
