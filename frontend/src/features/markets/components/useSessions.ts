/** A venue's stored days around its today. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { dateIn } from "@/format/times";
import { get } from "@/services/api";
import { readSessions, type SessionDay } from "@/services/rest-contract";

import { datesAround } from "../day";

const ANEW_MS = 6 * 3600_000;
const NONE: SessionDay[] = [];

function path(mic: string, today: string): string {
  const { from, to } = datesAround(today);
  return `/api/markets/${mic}/sessions/?from=${from}&to=${to}`;
}

/** `now` NaN: not yet known; nothing is asked for then, nor where the venue has no status, whose schedule of that time is not known. */
export function useSessions(venue: { mic: string; time_zone: string }, now: number, hasStatus: boolean): SessionDay[] {
  const minute = Math.floor(now / 60_000) * 60_000;
  const today = useMemo(() => (Number.isFinite(minute) ? dateIn(minute, venue.time_zone) : ""), [minute, venue.time_zone]);
  const sessions = useQuery({
    queryKey: ["sessions", venue.mic, today],
    queryFn: async () => readSessions(await get(path(venue.mic, today))),
    enabled: hasStatus && today !== "",
    staleTime: ANEW_MS,
    placeholderData: keepPreviousData,
  });
  return sessions.data ?? NONE;
}
