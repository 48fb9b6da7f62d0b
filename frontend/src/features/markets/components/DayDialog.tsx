/** The day: 24 hours from midnight to midnight here, a row for each venue, a bar for each session, and a line for now. */
import { useEffect, useMemo, useRef } from "react";

import { Dialog } from "@/components/ui/Dialog";
import { clock, day as dateOf, hourMinute, localZone, offsetIn, weekday } from "@/format/times";
import { useLive } from "@/stores/live";

import { dayOf, exceptionOf, holidaysIn, hoursOf, segmentsOf, shareOf, spansIn, ticksOf, type Day, type Exception } from "../day";
import { phaseOf } from "../venues";
import "./day-dialog.css";
import { useSessions } from "./useSessions";
import { Next, type Cell } from "./VenueCell";

const NEW_YORK = "America/New_York";
const HOURS_BETWEEN_TICKS = 2;

interface DayDialogProps {
  cells: readonly Cell[];
  now: number;
  /** The row that is marked. */
  chosen: string | null;
  onClose: () => void;
}

export function DayDialog({ cells, now, chosen, onClose }: DayDialogProps) {
  const isReplay = useLive((state) => state.replay !== null);
  const here = localZone();
  const minute = Math.floor(now / 60_000) * 60_000;
  const day = useMemo(() => dayOf(minute, here), [minute, here]);
  const title = day ? `Markets on ${weekday(minute, here)} ${dateOf(minute, here)}` : "Markets";
  return (
    <Dialog title={isReplay ? `${title}, in the replay` : title} className="day-dialog" onClose={onClose}>
      <div className="day-table">
        {day && <Axis day={day} here={here} />}
        <div className="day-body">
          {day && <Lines day={day} here={here} />}
          <ul className="day-rows">
            {cells.map((cell) => (
              <Row key={cell.venue.mic} {...cell} now={now} day={day} here={here} isChosen={cell.venue.mic === chosen} />
            ))}
          </ul>
        </div>
        {day && <Now day={day} now={now} here={here} />}
      </div>
    </Dialog>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

/** The zones that the day is read in: where one sits, New York, UTC; of two that show the same hours the first. */
function zonesOf(here: string, at: number): { zone: string; name: string }[] {
  const all = [
    { zone: here, name: cityOf(here) },
    { zone: NEW_YORK, name: "New York" },
    { zone: "UTC", name: "UTC" },
  ];
  const offsets = all.map(({ zone }) => offsetIn(at, zone));
  return all.filter((_, index) => offsets.indexOf(offsets[index] ?? 0) === index);
}

const cityOf = (zone: string): string => (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");

/** The hours of each zone, above the same lines. */
function Axis({ day, here }: { day: Day; here: string }) {
  const ticks = useMemo(() => ticksOf(day, here, HOURS_BETWEEN_TICKS), [day, here]);
  const zones = useMemo(() => zonesOf(here, day.starts), [here, day.starts]);
  return (
    <div className="day-axis" aria-hidden="true">
      {zones.map(({ zone, name }) => (
        <div key={zone} className="day-row">
          <span className="day-zone">{name}</span>
          <span className="day-lane">
            {ticks.map(({ share, ms }) => (
              <i key={ms} className="n" style={{ left: percent(share) }}>
                {hourMinute(ms, zone).replace(":00", "")}
              </i>
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}

function Lines({ day, here }: { day: Day; here: string }) {
  const ticks = useMemo(() => ticksOf(day, here, HOURS_BETWEEN_TICKS), [day, here]);
  return (
    <div className="day-row day-lines" aria-hidden="true">
      <span className="day-lane">
        {ticks.map(({ share, ms }) => (
          <i key={ms} style={{ left: percent(share) }} />
        ))}
      </span>
    </div>
  );
}

interface RowProps extends Cell {
  now: number;
  day: Day | null;
  here: string;
  isChosen: boolean;
}

function Row({ venue, label, status, now, day, here, isChosen }: RowProps) {
  const sessions = useSessions(venue, now, status !== null);
  const exception = exceptionOf(sessions, now, venue.time_zone);
  const phase = status && phaseOf(status);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [isChosen]);
  return (
    <li ref={row} className="day-row" data-tone={phase?.tone ?? "closed"} data-chosen={isChosen} aria-current={isChosen}>
      <span className="day-venue" title={`${venue.name} · ${venue.mic}`}>
        <b>{label}</b> <span className="n">{hourMinute(now, venue.time_zone)}</span>
      </span>
      <span className="day-lane">
        {day &&
          holidaysIn(sessions, venue.time_zone, day).map(({ name, from, to }) => (
            <span key={from} className="day-holiday" style={{ left: percent(from), width: percent(to - from) }}>
              {name}
            </span>
          ))}
        {day &&
          segmentsOf(spansIn(sessions), day).map(({ from, to, span }) => (
            <span
              key={span.opens}
              className="day-bar"
              data-runs={span.opens <= now && now < span.closes}
              style={{ left: percent(from), width: percent(to - from) }}
              title={`${hoursOf(span, here)} here, ${hoursOf(span, venue.time_zone)} in ${venue.city}`}
            >
              <span className="sr-only">{hoursOf(span, here)} </span>
            </span>
          ))}
      </span>
      <span className="day-what">
        <span className="venue-phase">
          <span aria-hidden="true">{phase?.glyph ?? "–"}</span> {phase?.word ?? "not known at that time"}
        </span>
        {status && (
          <span className="venue-next">
            <Next status={status} now={now} />
          </span>
        )}
        {exception && <Said exception={exception} />}
      </span>
    </li>
  );
}

function Said({ exception: { words, name, isHoliday } }: { exception: Exception }) {
  const said = isHoliday ? name : [words, name].filter((word) => word !== "").join(": ");
  return said === "" ? null : (
    <span className="day-said" title={said}>
      {said}
    </span>
  );
}

/** Moves with the market's time. */
function Now({ day, now, here }: { day: Day; now: number; here: string }) {
  return (
    <div className="day-row day-now-row">
      <span className="day-lane">
        <span className="day-now-line" data-testid="now" style={{ left: percent(shareOf(now, day)) }}>
          <b className="n">{clock(now, here)}</b>
        </span>
      </span>
    </div>
  );
}
