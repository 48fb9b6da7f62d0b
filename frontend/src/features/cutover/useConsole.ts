/** What the console shows: by its own topics while the page is open, by REST at first and while the socket is away. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import type { Sourced } from "@/components/ui/freshness";
import { useNow } from "@/hooks/useNow";
import { useConnection, useTopics } from "@/hooks/useWebSocket";
import { operatorsKey, readOperators, type OperatorsPayloads, type OperatorsTopic } from "@/services/operators";
import { SOCKET_GONE_MS, STALE_AT_LEAST_MS } from "@/services/websocket-cutover";
import { useLive } from "@/stores/live";

const ASK_EVERY_MS = 5000;

export interface Told<T extends OperatorsTopic> extends Sourced {
  payload: OperatorsPayloads[T] | null;
}

export function useOperatorsTopic<T extends OperatorsTopic>(topic: T): Told<T> {
  const client = useQueryClient();
  const { status, goneSince } = useConnection();
  const now = useNow();
  const asks = status !== "open";
  useTopics([topic]);
  const { data: slot, error } = useQuery({
    queryKey: operatorsKey(topic),
    queryFn: () => readOperators(client, topic),
    refetchInterval: asks ? ASK_EVERY_MS : false,
    staleTime: Infinity,
    gcTime: 0,
    structuralSharing: false,
  });
  const payload = slot ? (Object.values(slot.rows)[0]?.payload ?? null) : null;
  const isGone = asks && goneSince !== null && now - goneSince >= SOCKET_GONE_MS;
  const fault = asks || payload === null ? error : null;
  return {
    payload,
    source: asks ? (isGone ? "REST (Fallback)" : "REST") : "WebSocket",
    reason: isGone ? "socket_gone" : "stage",
    receivedAt: slot?.receivedAt ?? null,
    asOf: null,
    staleAfter: asks ? STALE_AT_LEAST_MS : null,
    error: fault?.message ?? null,
    state: payload ? "ready" : fault ? "error" : "loading",
  };
}

const BEAT_WITHIN_MS = 15_000;

/** For how long no heartbeat came, ms, once that is too long: then nothing looks at anything. Null: all is well, or nothing is known. */
export function useSilence(): number | null {
  const now = useNow();
  const beatAt = useLive((state) => state.beatAt);
  const isOpen = useLive((state) => state.connection.status === "open");
  const silent = beatAt === null ? 0 : now - beatAt;
  return isOpen && silent > BEAT_WITHIN_MS ? silent : null;
}
