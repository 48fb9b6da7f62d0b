/** The gate's words as they are shown: a glyph, a tone and a word for each verdict, names for its lines, sessions by week; pure. */
import type { ConsoleLine, ConsoleSquare } from "@/services/contract.gen";

export interface Look {
  tone: "pass" | "fail" | "open" | "shown";
  glyph: string;
  word: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  pass: { tone: "pass", glyph: "✓", word: "passes" },
  fail: { tone: "fail", glyph: "✕", word: "fails" },
  shown: { tone: "shown", glyph: "·", word: "not judged" },
};
const OPEN: Look = { tone: "open", glyph: "…", word: "cannot tell yet" };

export const lookOf = (verdict: string): Look => LOOKS[verdict.toLowerCase()] ?? OPEN;

export const lineName = ({ name }: Pick<ConsoleLine, "name">): string => name.replaceAll("_", " ");

const NEED_THEIR_NAME = new Set(["lag", "load", "sessions", "members", "sign-off", "programs"]);

/** Does the figure say by itself what it counts ("0 gaps")? Where there is little room its name is then only read out. */
export const speaksForItself = ({ name, figure }: Pick<ConsoleLine, "name" | "figure">): boolean =>
  /[a-z]{3}/.test(figure) && !NEED_THEIR_NAME.has(name);

export interface Week {
  /** Its Monday, as a date. */
  begins: string;
  squares: ConsoleSquare[];
}

const DAY = 86_400_000;

/** Sessions in order, by the week that they are in. */
export function weeksOf(squares: readonly ConsoleSquare[]): Week[] {
  const weeks: Week[] = [];
  for (const square of [...squares].sort((a, b) => a.session.localeCompare(b.session))) {
    const begins = mondayOf(square.session);
    const last = weeks.at(-1);
    if (last?.begins === begins) last.squares.push(square);
    else weeks.push({ begins, squares: [square] });
  }
  return weeks;
}

function mondayOf(date: string): string {
  const at = Date.parse(date);
  const day = new Date(at).getUTCDay();
  return Number.isNaN(at) ? date : new Date(at - ((day + 6) % 7) * DAY).toISOString().slice(0, 10);
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** `Wed 2026-11-18: passes, 99.8 % covered`. */
export function squareWords({ session, verdict, why }: ConsoleSquare): string {
  const day = WEEKDAYS[new Date(Date.parse(session)).getUTCDay()];
  const date = day === undefined ? session : `${day} ${session}`;
  return `${date}: ${lookOf(verdict).word}${why === "" ? "" : `, ${why}`}`;
}
