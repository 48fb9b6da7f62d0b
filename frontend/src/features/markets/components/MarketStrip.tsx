/** The world in one line, east to west: each venue's phase, local time, way to its next event, progress of its session. */
import { useQuery } from "@tanstack/react-query";

import { SourceBadge, useFreshness } from "@/components/ui/Panel";
import { NOTHING } from "@/format/figures";
import { countdown, hourMinute, weekday } from "@/format/times";
import { useMarketTime } from "@/hooks/useMarketTime";
import { useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import { get } from "@/services/api";
import type { MarketStatusPayload } from "@/services/contract.gen";
import { readVenues, type Venue } from "@/services/rest-contract";

import { dayOf, segmentsOf } from "../day";
import { eastToWest, eventWord, labelOf, phaseOf, secondsLeft } from "../venues";
import "./strip.css";
import { useSessions } from "./useSessions";

/** Few venues leave room for their whole day; many do not fit side by side in their full words. */
const crowdOf = (venues: number): string => (venues <= 2 ? "few" : venues <= 9 ? "some" : "many");
const VENUES_ANEW_MS = 6 * 3600_000;

export function MarketStrip() {
  const status = useWebSocketFeatureData("global_market", {});
  const venues = useQuery({
    queryKey: ["venues"],
    queryFn: async () => readVenues(await get("/api/markets/")),
    staleTime: VENUES_ANEW_MS,
  });
  const freshness = useFreshness(status);
  const known = eastToWest(venues.data ?? []);
  const byMic = new Map(Object.values(status.rows).map(({ payload }) => [payload.mic, payload]));
  return (
    <section className="strip" aria-label="Markets of the world" data-stale={freshness?.isStale ?? false}>
      <ul className="strip-venues" data-crowd={crowdOf(known.length)} tabIndex={0} aria-label="Venues, east to west">
        {known.map((venue) => (
          <VenueCell key={venue.mic} venue={venue} label={labelOf(venue, known)} status={byMic.get(venue.mic) ?? null} />
        ))}
        {known.length === 0 && <li className="strip-note">{noteOf(venues.error, venues.isPending)}</li>}
      </ul>
      <div className="strip-end">
        {known.length > 0 && (
          <span className="strip-open">
            <b className="n">{[...byMic.values()].filter((one) => one.status === "OPEN").length}</b> of{" "}
            <b className="n">{known.length}</b> open
          </span>
        )}
        {freshness && <SourceBadge freshness={freshness} />}
      </div>
    </section>
  );
}

function noteOf(error: Error | null, isPending: boolean): string {
  if (error) return `The venues cannot be shown: ${error.message}`;
  return isPending ? "The venues are loading" : "No venue is set up";
}

interface VenueCellProps {
  venue: Venue;
  label: string;
  status: MarketStatusPayload | null;
}

function VenueCell({ venue, label, status }: VenueCellProps) {
  const now = useMarketTime();
  const phase = status && phaseOf(status);
  const left = status && secondsLeft(status, now);
  return (
    <li className="venue" data-tone={phase?.tone ?? "closed"} title={`${venue.name} · ${venue.mic} · ${venue.currency}`}>
      <span className="venue-name">{label}</span>
      <span className="venue-time n">
        <small>{weekday(now, venue.time_zone)}</small> {hourMinute(now, venue.time_zone)}
      </span>
      <span className="venue-phase">
        <span aria-hidden="true">{phase?.glyph ?? "◌"}</span> <span className="venue-word">{phase?.word ?? NOTHING}</span>
      </span>
      <span className="venue-next">
        <span className="venue-event">{status && eventWord(status.next_event)}</span>{" "}
        <span className="n">{left === null ? "" : countdown(left)}</span>
      </span>
      <DayLine venue={venue} now={now} isKnown={status !== null} />
    </li>
  );
}

/** The venue's day, midnight to midnight where it is: a bar for each session, a line for now. */
function DayLine({ venue, now, isKnown }: { venue: Venue; now: number; isKnown: boolean }) {
  const day = dayOf(now, venue.time_zone);
  const sessions = useSessions(venue.mic, isKnown ? day : null);
  return (
    <div className="day" aria-hidden="true">
      <svg className="day-line" viewBox="0 0 1440 6" preserveAspectRatio="none">
      <rect className="day-ground" x="0" y="2" width="1440" height="2" />
      {segmentsOf(sessions, day).map(({ from, to }) => (
        <rect key={from} className="day-session" x={from} y="1" width={to - from} height="4" />
      ))}
      {day && <rect className="day-now" x={day.minute - 4} y="0" width="8" height="6" />}
      </svg>
      <span className="day-hours n">
        {HOURS.map((hour) => (
          <i key={hour}>{hour}</i>
        ))}
      </span>
    </div>
  );
}

const HOURS = ["00", "03", "06", "09", "12", "15", "18", "21", "24"];
