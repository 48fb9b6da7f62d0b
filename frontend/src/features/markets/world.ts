/** How much of the world is open, 0 to 100 by the venues' weights, and the phase of the global day: counted from what is shown. */
import type { MarketStatusPayload } from "@/services/contract.gen";
import type { Venue } from "@/services/rest-contract";

export interface World {
  /** 0 to 100; all open is 100. */
  share: number;
  /** How many venues are open. */
  open: number;
  phase: string;
  /** The regions that trade, as a person names them. */
  regions: string[];
}

const PHASES: Readonly<Record<string, string>> = { ASIA: "Asian", EUROPE: "European", AMERICAS: "American" };

export interface Seen {
  venue: Pick<Venue, "weight" | "region">;
  status: Pick<MarketStatusPayload, "status"> | null;
}

/** A venue whose status is not known counts as closed. */
export function worldOf(cells: readonly Seen[]): World {
  const open = cells.filter(({ status }) => status?.status === "OPEN").map(({ venue }) => venue);
  const whole = weightOf(cells.map(({ venue }) => venue));
  const regions = [...new Set(open.map(({ region }) => region).filter((region) => region !== ""))].map((region) => PHASES[region] ?? region);
  return { share: whole === 0 ? 0 : (100 * weightOf(open)) / whole, open: open.length, phase: phaseWord(regions), regions };
}

const weightOf = (venues: readonly Seen["venue"][]): number => venues.reduce((sum, { weight }) => sum + weight, 0);

const phaseWord = (regions: readonly string[]): string => (regions.length > 1 ? "overlap" : (regions[0] ?? "quiet"));
