/** When a replay has said nothing for a while, the desk asks once whether it has finished. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useLive } from "@/stores/live";

const SILENT_MS = 12_000;

export function useReplayEnd(isRunning: boolean): void {
  const client = useQueryClient();
  const told = useLive((state) => state.market?.asOf ?? null);
  useEffect(() => {
    if (!isRunning || told === null) return undefined;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ["desk"] }), SILENT_MS);
    return () => clearTimeout(timer);
  }, [client, isRunning, told]);
}
