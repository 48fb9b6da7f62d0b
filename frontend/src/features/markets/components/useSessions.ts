/** The stored sessions of a venue around a day. */
import { useQuery } from "@tanstack/react-query";

import { get } from "@/services/api";
import { readSessions } from "@/services/rest-contract";

import type { Day } from "../day";
import type { SessionSpan } from "../venues";

const ANEW_MS = 6 * 3600_000;
const DAY_MS = 86_400_000;
const NONE: SessionSpan[] = [];

/** From the day before, whose session may reach over midnight, to the day itself. */
function path(mic: string, date: string): string {
  const before = new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);
  return `/api/markets/${mic}/sessions/?from=${before}&to=${date}`;
}

export function useSessions(mic: string, day: Day | null): SessionSpan[] {
  const date = day?.date ?? "";
  const sessions = useQuery({
    queryKey: ["sessions", mic, date],
    queryFn: async () => readSessions(await get(path(mic, date))),
    enabled: date !== "",
    staleTime: ANEW_MS,
    retry: false,
  });
  return sessions.data ?? NONE;
}
