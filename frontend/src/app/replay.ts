/** How a replay is told on the desk. */
import type { Replay } from "@/services/rest-contract";
import type { ReplayClock } from "@/stores/live";

/** Its speed as a number (null for "max", which no clock can follow) and in words. */
export function replayClock(replay: Replay | null): ReplayClock | null {
  if (!replay) return null;
  const speed = Number(replay.speed);
  const isCounted = Number.isFinite(speed) && speed > 0;
  const label = isCounted ? `${speed} ×` : String(replay.speed);
  return { speed: isCounted && !replay.finished ? speed : null, label: replay.finished ? "finished" : label };
}
