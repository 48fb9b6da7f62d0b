/** The world in one line, east to west: each venue's phase, time and next event; how much of it is open; a click opens the day. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { SourceBadge, useFreshness } from "@/components/ui/Panel";
import { useKeys } from "@/hooks/useKeys";
import { useMarketTime } from "@/hooks/useMarketTime";
import { useWebSocketFeatureData } from "@/hooks/useWebSocketAware";
import { get } from "@/services/api";
import { readVenues } from "@/services/rest-contract";

import { eastToWest, labelOf, statusAt } from "../venues";
import { worldOf } from "../world";
import { DayDialog } from "./DayDialog";
import "./strip.css";
import { arrowsMoveFocus } from "./arrows";
import { VenueCell } from "./VenueCell";
import { WorldOpen } from "./WorldOpen";

/** Few venues leave room for their whole day; many do not fit side by side in their full words. */
const crowdOf = (venues: number): string => (venues <= 2 ? "few" : venues <= 9 ? "some" : "many");
const VENUES_ANEW_MS = 6 * 3600_000;

/** Which venue the day was opened at; none: by the key, or at the world. */
type Shown = { mic: string | null } | null;

export function MarketStrip() {
  const status = useWebSocketFeatureData("global_market", {});
  const venues = useQuery({
    queryKey: ["venues"],
    queryFn: async () => readVenues(await get("/api/markets/")),
    staleTime: VENUES_ANEW_MS,
  });
  const [shown, setShown] = useState<Shown>(null);
  const now = useMarketTime();
  const freshness = useFreshness(status);
  const known = eastToWest(venues.data ?? []);
  const told = new Map(Object.values(status.rows).map(({ payload }) => [payload.mic, payload]));
  const cells = known.map((venue) => {
    const last = told.get(venue.mic);
    return { venue, label: labelOf(venue, known), status: last ? statusAt(last, venue, now) : null };
  });
  const world = worldOf(cells);
  useKeys({ m: () => setShown({ mic: null }) });
  return (
    <section className="strip" aria-label="Markets of the world" data-stale={freshness?.isStale ?? false}>
      <ul className="strip-venues" data-crowd={crowdOf(known.length)} aria-label="Venues, east to west" onKeyDown={arrowsMoveFocus}>
        {cells.map((cell, index) => (
          <VenueCell key={cell.venue.mic} {...cell} now={now} isFirst={index === 0} onOpen={() => setShown({ mic: cell.venue.mic })} />
        ))}
        {known.length === 0 && <li className="strip-note">{noteOf(venues.error, venues.isPending)}</li>}
      </ul>
      <div className="strip-end">
        {known.length > 0 && <WorldOpen world={world} venues={known.length} onOpen={() => setShown({ mic: null })} />}
        {freshness && <SourceBadge freshness={freshness} />}
      </div>
      {shown && <DayDialog cells={cells} now={now} chosen={shown.mic} onClose={() => setShown(null)} />}
    </section>
  );
}

function noteOf(error: Error | null, isPending: boolean): string {
  if (error) return `The venues cannot be shown: ${error.message}`;
  return isPending ? "The venues are loading" : "No venue is set up";
}
