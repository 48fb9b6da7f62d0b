/** Words and looks for a feature's stage, its source, and a value that differs. */
import type { Decision } from "@/stores/live";

const TITLES: Readonly<Record<string, string>> = {
  account_balance: "Balance",
  positions: "Positions",
  intraday: "Bars",
  global_market: "Markets",
};

export const titleOf = (feature: string): string => TITLES[feature] ?? feature.replaceAll("_", " ");

const STAGES: Readonly<Record<string, { glyph: string; tone: string }>> = {
  off: { glyph: "◌", tone: "off" },
  shadow: { glyph: "○", tone: "shadow" },
  canary: { glyph: "◐", tone: "canary" },
  live: { glyph: "●", tone: "live" },
  sunset: { glyph: "◓", tone: "live" },
  retired: { glyph: "◉", tone: "live" },
};

export const stageLook = (stage: string): { glyph: string; tone: string } => STAGES[stage] ?? { glyph: "?", tone: "off" };

export const whyFallback = ({ reason }: Pick<Decision, "reason">): string =>
  reason === "stale" ? "its job is late" : "the socket is gone";

/** A value as JSON; nothing where that side has no such field. */
export const said = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
