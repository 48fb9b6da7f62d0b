/** The market's time: the server's clock, or the replay's. */
import { useLive } from "@/stores/live";

import { useNow } from "./useNow";

const REPLAY_RUNS_ON_MS = 3000;

interface Told {
  asOf: number;
  at: number;
}

/**
 * The market's time at `now`, ms; in a replay, from the newest moment that was told, on at the replay's speed.
 * A replay that says nothing for 3 s is taken as standing still: nothing is counted that was not played.
 */
export function marketTime(
  now: number,
  serverOffset: number,
  replay: { speed: number | null } | null,
  told: Told | null,
): number {
  if (!replay) return now + serverOffset;
  if (!told) return NaN;
  const since = Math.min(Math.max(0, now - told.at), REPLAY_RUNS_ON_MS);
  return told.asOf + since * (replay.speed ?? 0);
}

export function useMarketTime(): number {
  const now = useNow();
  const serverOffset = useLive((state) => state.serverOffset);
  const replay = useLive((state) => state.replay);
  const market = useLive((state) => state.market);
  return marketTime(now, serverOffset, replay, market);
}
