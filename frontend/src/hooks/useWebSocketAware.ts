/** A feature's data for a panel, from whichever source its stage and health ask for. */
import { useQuery } from "@tanstack/react-query";
import { useContext } from "react";

import { ApiError } from "@/services/api";
import { newestAsOf, type Reading, type Slot } from "@/services/readings";
import { liveKey, slotNamed, type Scope, type SlotName, type SlotPayloads, type SlotSpec } from "@/services/slots";
import { staleAfterMs } from "@/services/websocket-cutover";
import { useLive, type Decision, type SourceLabel } from "@/stores/live";

import { ScopeContext, useLivePath, useTopics } from "./useWebSocket";

export { getDataSource } from "@/services/websocket-cutover";

export interface FeatureData<P> {
  rows: Slot<P>["rows"];
  /** The only row's payload, for slots that have one. */
  data: P | null;
  state: "loading" | "ready" | "empty" | "error";
  error: string | null;
  source: SourceLabel;
  reason: Decision["reason"];
  receivedAt: number | null;
  asOf: string | null;
  /** Older than this since receipt (ms) it is stale; null while the socket pushes, whose health the source tells. */
  staleAfter: number | null;
}

const SHADOW: Decision = { wants: "REST", source: "REST", label: "REST (Shadow)", reason: "stage" };

/** Does the feature's panel read the socket now? */
export const useWebSocketEnabled = (feature: string): boolean =>
  useLive((state) => state.decisions[feature]?.source === "WebSocket");

export function useDecision(feature: string): Decision {
  return useLive((state) => state.decisions[feature]) ?? SHADOW;
}

/**
 * Whose data: by `scope`; without one, that of the desk's account and instrument; null: the panel does not know yet.
 * Polls only while REST is the source.
 */
export function useWebSocketFeatureData<N extends SlotName>(name: N, wanted?: Scope | null): FeatureData<SlotPayloads[N]> {
  const spec = slotNamed(name);
  const scope = useScopeOf(spec, wanted);
  const { writer } = useLivePath();
  const decision = useDecision(spec.feature);
  const every = useLive((state) => state.standings[spec.feature]?.every ?? 10);
  const isTold = useLive((state) => state.isTold);
  const polls = decision.source === "REST" && isTold && scope !== null;
  useTopics(scope ? spec.topics(scope) : []);
  const query = useQuery({
    queryKey: liveKey(spec, scope ?? {}),
    queryFn: ({ signal }) => writer.poll(spec, scope ?? {}, signal),
    enabled: polls,
    refetchInterval: polls ? every * 1000 : false,
  });
  const slot = scope ? query.data : undefined;
  // A poll that failed is nothing to a panel that is pushed to.
  return {
    ...shown(slot, decision.source === "REST" ? query.error : null),
    source: decision.label,
    reason: decision.reason,
    staleAfter: decision.source === "REST" ? staleAfterMs(every) : null,
  };
}

/** What the slot needs of the desk's scope; null while some of it is not known. */
function useScopeOf({ scope: fields }: Pick<SlotSpec<unknown>, "scope">, wanted: Scope | null | undefined): Scope | null {
  const desk = useContext(ScopeContext);
  if (wanted !== undefined) return wanted;
  const found = fields.flatMap((field) => (desk[field] === undefined ? [] : [[field, desk[field]] as const]));
  return found.length === fields.length ? Object.fromEntries(found) : null;
}

type Shown<P> = Omit<FeatureData<P>, "source" | "reason" | "staleAfter">;

function shown<P>(slot: Slot<P> | undefined, fault: Error | null): Shown<P> {
  const error = fault ? messageOf(fault) : null;
  if (!slot) {
    return { rows: {}, data: null, state: error ? "error" : "loading", error, receivedAt: null, asOf: null };
  }
  const rows: Reading<P>[] = Object.values(slot.rows);
  return {
    rows: slot.rows,
    data: rows[0]?.payload ?? null,
    state: rows.length > 0 ? "ready" : "empty",
    error,
    receivedAt: slot.receivedAt,
    asOf: newestAsOf(slot),
  };
}

function messageOf(fault: Error): string {
  if (fault instanceof ApiError && fault.status === 410) return "REST is retired for this; the socket is the way.";
  return fault.message;
}
