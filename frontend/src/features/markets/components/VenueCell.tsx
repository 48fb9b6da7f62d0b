/** A venue in the strip: its name and time, its phase in a word and a glyph, the way to its next event, its session's progress. */
import { NOTHING } from "@/format/figures";
import { countdown, hourMinute, weekday } from "@/format/times";
import type { MarketStatusPayload } from "@/services/contract.gen";
import type { SessionDay, Venue } from "@/services/rest-contract";

import { dayOf, exceptionOf, segmentsOf, shareOf, spansIn, type Exception } from "../day";
import { eventWord, phaseOf, secondsLeft } from "../venues";
import { useSessions } from "./useSessions";

/** A venue as it is at this second; status null: nothing is known of it. */
export interface Cell {
  venue: Venue;
  label: string;
  status: MarketStatusPayload | null;
}

interface VenueCellProps extends Cell {
  /** The market's time, ms; NaN before it is known. */
  now: number;
  /** Where the Tab key comes in. */
  isFirst: boolean;
  onOpen: () => void;
}

export function VenueCell({ venue, label, status, now, isFirst, onOpen }: VenueCellProps) {
  const sessions = useSessions(venue, now, status !== null);
  const exception = exceptionOf(sessions, now, venue.time_zone);
  const phase = status && phaseOf(status);
  return (
    <li>
      <button
        type="button"
        className="venue"
        data-tone={phase?.tone ?? "closed"}
        title={titleOf(venue, exception)}
        tabIndex={isFirst ? 0 : -1}
        onClick={onOpen}
      >
        <span className="venue-line">
          <span className="venue-name">{label}</span>
          {exception && !exception.isHoliday && <span className="venue-short">{exception.short}</span>}
          <span className="venue-time n">
            <small>{weekday(now, venue.time_zone)}</small> {hourMinute(now, venue.time_zone)}
          </span>
        </span>
        <span className="venue-line">
          <span className="venue-phase">
            <span aria-hidden="true">{phase?.glyph ?? NOTHING}</span> {phase?.word ?? "not known"}
          </span>
          <span className="venue-next">{status && <Next status={status} now={now} />}</span>
        </span>
        {exception?.isHoliday ? (
          <span className="venue-holiday">{exception.name || "Holiday"}</span>
        ) : (
          <Progress venue={venue} sessions={sessions} now={now} />
        )}
      </button>
    </li>
  );
}

export function Next({ status, now }: { status: MarketStatusPayload; now: number }) {
  if (status.next_event === "" || !Number.isFinite(now)) return NOTHING;
  return (
    <>
      <span className="venue-event">{eventWord(status.next_event)} </span>
      <span className="n">{countdown(secondsLeft(status, now))}</span>
    </>
  );
}

function titleOf(venue: Venue, exception: Exception | null): string {
  const why = exception && [exception.words, exception.name].filter((word) => word !== "").join(": ");
  return [venue.name, venue.mic, venue.currency, why].filter(Boolean).join(" · ");
}

interface ProgressProps {
  venue: Venue;
  sessions: readonly SessionDay[];
  now: number;
}

/** The venue's day, midnight to midnight where it is: a bar for each session, filled as far as it has gone, and a line for now. */
function Progress({ venue, sessions, now }: ProgressProps) {
  const day = dayOf(now, venue.time_zone);
  const segments = day ? segmentsOf(spansIn(sessions), day) : [];
  const at = day ? shareOf(now, day) : 0;
  return (
    <span className="day" aria-hidden="true">
      <svg className="day-line" viewBox="0 0 1 6" preserveAspectRatio="none">
        <rect className="day-ground" y="2" width="1" height="2" />
        {segments.map(({ from, to }) => (
          <rect key={`whole ${from}`} className="day-session" x={from} y="1" width={to - from} height="4" />
        ))}
        {segments.map(({ from, to }) => (
          <rect key={`done ${from}`} className="day-done" x={from} y="1" width={Math.max(0, Math.min(to, at) - from)} height="4" />
        ))}
        {day && <line className="day-now" x1={at} x2={at} y2="6" />}
      </svg>
    </span>
  );
}
