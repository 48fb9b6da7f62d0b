/** The strip's end: how much of the world is open, and whose trading hours it is. */
import { whole } from "@/format/figures";

import type { World } from "../world";

interface WorldOpenProps {
  world: World;
  venues: number;
  onOpen: () => void;
}

export function WorldOpen({ world, venues, onOpen }: WorldOpenProps) {
  const counted = `${world.open} of ${venues} venues are open`;
  return (
    <button type="button" className="world" onClick={onOpen} title={`${[counted, ...world.regions].join(" · ")}. Weighed by what is listed.`}>
      <span className="world-name">World open</span>
      <span className="world-phase">{world.phase}</span>
      <span className="world-share">
        <b className="n">{whole(world.share)}</b> of 100
      </span>
      <svg className="world-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="day-ground" width="100" height="4" />
        <rect className="day-done" width={world.share} height="4" />
      </svg>
      <span className="sr-only">{counted}. Show the day.</span>
    </button>
  );
}
