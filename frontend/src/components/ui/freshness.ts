/** What a panel says of its data: where it is from, how old it is, and whether that is too old. */
import { age, clock, localZone } from "@/format/times";
import type { FeatureData } from "@/hooks/useWebSocketAware";

export type Sourced = Pick<
  FeatureData<unknown>,
  "source" | "reason" | "receivedAt" | "asOf" | "staleAfter" | "error" | "state"
>;

export interface Clocks {
  now: number;
  serverOffset: number;
  isReplay: boolean;
}

export interface Freshness {
  tone: "socket" | "rest" | "shadow" | "warn";
  glyph: string;
  label: string;
  /** "waiting" before anything came. */
  age: string;
  isStale: boolean;
  title: string;
}

const LOOKS = {
  WebSocket: { tone: "socket", glyph: "●", title: "Pushed by the server as it changes" },
  REST: { tone: "rest", glyph: "○", title: "Asked for at intervals" },
  "REST (Shadow)": { tone: "shadow", glyph: "◐", title: "Asked for at intervals; what is pushed is compared with it" },
  "REST (Fallback)": { tone: "warn", glyph: "△", title: "Asked for at intervals until the socket can be relied on again" },
} as const;

const WHY = { stage: "", stale: ": its job is late", socket_gone: ": the socket is gone" } as const;

/** In a replay the figures are of another time: their age is since receipt. So it is where REST does not say. */
function ageMs({ receivedAt, asOf }: Sourced, { now, serverOffset, isReplay }: Clocks): number | null {
  if (receivedAt === null) return null;
  return isReplay || asOf === null ? now - receivedAt : now + serverOffset - Date.parse(asOf);
}

function isStale({ reason, receivedAt, staleAfter }: Sourced, now: number): boolean {
  if (receivedAt === null) return false;
  return reason === "stale" || (staleAfter !== null && now - receivedAt > staleAfter);
}

export function freshnessOf(data: Sourced, clocks: Clocks): Freshness {
  const look = LOOKS[data.source];
  const old = ageMs(data, clocks);
  const stale = isStale(data, clocks.now);
  const title = `${look.title}${WHY[data.reason]}`;
  if (data.error && data.receivedAt !== null) {
    const since = `last known ${clock(data.receivedAt, localZone())}`;
    return { ...look, tone: "warn", glyph: "△", label: "offline", age: since, isStale: true, title: data.error };
  }
  if (data.error) return { ...look, tone: "warn", glyph: "△", label: "no answer", age: "", isStale: false, title: data.error };
  const shown = old === null ? "waiting" : age(old);
  if (stale) return { ...look, tone: "warn", glyph: "△", label: `${data.source} · stale`, age: shown, isStale: true, title };
  return { ...look, label: data.source, age: shown, isStale: false, title };
}
