/** Which source a feature reads: what its stage asks for, unless the socket or the feature's job cannot be relied on. */
import { GUESSES } from "@/config/env";
import { liveNow, note, useLive, type Decision, type LiveState, type Note, type SourceLabel, type Standing } from "@/stores/live";

import type { FeatureRow, HeartbeatPayload, StageRow, WelcomePayload } from "./contract.gen";
import type { Desk } from "./rest-contract";

export const SOCKET_GONE_MS = 5000;
export const STALE_AT_LEAST_MS = 15_000;
const EVERY_UNTOLD = 10;

/** What the decision is made from, beside the stage. Ages in ms; null where there is nothing to be old. */
export interface Health {
  goneForMs: number | null;
  jobAgeMs: number | null;
}

/** Does the stage want pushed data on this desk? `cohorts`: those that the user belongs to. */
export function wantsSocket(
  { stage, bucket, percent, cohort }: Pick<Standing, "stage" | "bucket" | "percent" | "cohort">,
  cohorts: readonly string[] = [],
): boolean {
  if (stage === "canary") return bucket < percent && (cohort === "" || cohorts.includes(cohort));
  return stage === "live" || stage === "sunset" || stage === "retired";
}

/** A feature is stale when its job's last completed run is older than this. */
export const staleAfterMs = (every: number): number => Math.max(3 * every * 1000, STALE_AT_LEAST_MS);

export function decide(standing: Standing, health: Health, cohorts: readonly string[] = []): Decision {
  if (!wantsSocket(standing, cohorts)) {
    const label: SourceLabel = standing.stage === "off" ? "REST" : "REST (Shadow)";
    return { wants: "REST", source: "REST", label, reason: "stage" };
  }
  if (health.goneForMs !== null && health.goneForMs >= SOCKET_GONE_MS) return fallback("socket_gone");
  if (health.jobAgeMs !== null && health.jobAgeMs > staleAfterMs(standing.every)) return fallback("stale");
  return { wants: "WebSocket", source: "WebSocket", label: "WebSocket", reason: "stage" };
}

const fallback = (reason: "socket_gone" | "stale"): Decision => ({
  wants: "WebSocket",
  source: "REST",
  label: "REST (Fallback)",
  reason,
});

/** How the socket and one feature's job are at `now` (local ms). Before a first heartbeat, the welcome counts as one. */
export function healthOf(state: LiveState, feature: string, now: number): Health {
  const { goneSince } = state.connection;
  const welcomed = state.welcomedAt === null ? undefined : state.welcomedAt + state.serverOffset;
  const run = state.lastRuns[feature] ?? welcomed;
  return {
    goneForMs: goneSince === null ? null : now - goneSince,
    jobAgeMs: run === undefined ? null : now + state.serverOffset - run,
  };
}

/** Decide anew for every feature; called each second and whenever something was learned. */
export function reconsider(now: number): void {
  const state = liveNow();
  const decisions = Object.fromEntries(
    Object.entries(state.standings).map(([feature, standing]) => [feature, decide(standing, healthOf(state, feature, now), state.cohorts)]),
  );
  const changed = Object.entries(decisions).filter(([name, next]) => !isSame(state.decisions[name], next));
  if (changed.length === 0) return;
  const moved = changed.filter(([name, next]) => state.decisions[name]?.source !== next.source || !(name in state.sourceSince));
  useLive.setState({
    decisions: { ...state.decisions, ...Object.fromEntries(changed) },
    sourceSince: { ...state.sourceSince, ...Object.fromEntries(moved.map(([name]) => [name, now])) },
  });
  tell(changed.map(([feature, next]) => ({ feature, before: state.decisions[feature], next })), now);
}

const isSame = (before: Decision | undefined, next: Decision): boolean =>
  before?.label === next.label && before.reason === next.reason;

const WHY: Record<Decision["reason"], string> = {
  stage: "by its stage",
  stale: "its job is late",
  socket_gone: "the socket is gone",
};

interface Change {
  feature: string;
  before: Decision | undefined;
  next: Decision;
}

/** One line for all features that went the same way for the same reason. A move of the stage has been told already. */
function tell(changes: readonly Change[], now: number): void {
  const alike = new Map<string, { tone: Note["tone"]; features: string[] }>();
  for (const { feature, before, next } of changes) {
    if (!before || (before.reason === "stage" && next.reason === "stage")) continue;
    const isBack = before.label === "REST (Fallback)" && next.label === "WebSocket";
    const words = `${before.label} → ${next.label}, ${isBack ? "all is well again" : WHY[next.reason]}`;
    const tone = next.label === "REST (Fallback)" ? "warn" : isBack ? "good" : "plain";
    const group = alike.get(words) ?? { tone, features: [] };
    group.features.push(feature);
    alike.set(words, group);
  }
  for (const [words, { tone, features }] of alike) note(now, tone, `${features.join(", ")}: ${words}`);
}

/** The build's guess, until the server speaks. */
export function guess(features: readonly string[]): void {
  const standings = Object.fromEntries(
    features.map((name) => [name, guessed(GUESSES[name] ?? false)] as const),
  );
  useLive.setState((state) => ({ standings: { ...standings, ...state.standings } }));
}

const UNTOLD: Standing = {
  stage: "shadow",
  percent: 0,
  bucket: 100,
  every: EVERY_UNTOLD,
  version: -1,
  cohort: "",
  by: "",
  reason: "",
  changedAt: null,
  heldUntil: null,
};

const guessed = (live: boolean): Standing => ({ ...UNTOLD, stage: live ? "live" : "shadow" });

/** `/api/desk/` told where the features stand; a welcome, which is newer, is not undone. */
export function learnDesk({ features, cohorts }: Pick<Desk, "features" | "cohorts">): void {
  if (liveNow().welcomedAt !== null) return;
  const told = features.map(({ name, stage, percent, bucket, cohort, every }) => [
    name,
    { ...UNTOLD, stage, percent, bucket, cohort, every },
  ]);
  forgetGuess();
  useLive.setState((state) => ({
    cohorts,
    standings: { ...state.standings, ...(Object.fromEntries(told) as Record<string, Standing>) },
  }));
}

/** The first frame of a socket: the server's time, the stages, this user's buckets and the intervals. */
export function learnWelcome(welcome: WelcomePayload, now: number): void {
  const every = new Map(welcome.features.map((row: FeatureRow) => [row.name, row.every]));
  const standings = { ...liveNow().standings };
  for (const row of welcome.stages) {
    standings[row.feature] = {
      ...standingOf(row, standings[row.feature]),
      ...given("bucket", welcome.buckets[row.feature]),
      ...given("every", every.get(row.feature)),
    };
  }
  const serverOffset = Date.parse(welcome.server_time) - now;
  forgetGuess();
  useLive.setState({ standings, cohorts: welcome.cohorts, welcomedAt: now, serverOffset });
}

const given = (name: "bucket" | "every", value: number | undefined): Partial<Standing> => (value === undefined ? {} : { [name]: value });

/** What was decided on a guess is no decision that somebody need hear was changed. */
function forgetGuess(): void {
  if (!liveNow().isTold) useLive.setState({ isTold: true, decisions: {} });
}

const standingOf = (row: StageRow, before: Standing = UNTOLD): Standing => ({
  ...before,
  stage: row.stage,
  percent: row.percent,
  version: row.version,
  cohort: row.cohort,
  by: row.by,
  reason: row.reason,
  changedAt: row.changed_at,
  heldUntil: row.held_until,
});

/** A `stages` message or its REST twin; a row older than what is known (by version) changes nothing. */
export function learnStages(rows: readonly StageRow[], now: number): void {
  const before = liveNow().standings;
  const standings = { ...before };
  for (const row of rows) {
    const held = before[row.feature];
    if (held && row.version < held.version) continue;
    standings[row.feature] = standingOf(row, held);
    if (held && stageWords(held) !== stageWords(row)) {
      note(now, row.by === "watch" ? "warn" : "plain", `${row.feature}: ${stageWords(held)} → ${stageWords(row)}${whyMoved(row)}`);
    }
  }
  forgetGuess();
  useLive.setState({ standings });
}

/** Everybody hears who moved it, and why. */
const whyMoved = ({ by, reason }: StageRow): string => {
  const who = by === "" ? "" : ` by ${by}`;
  return reason === "" ? who : `${who}: ${reason}`;
};

const stageWords = ({ stage, percent }: Pick<Standing, "stage" | "percent">): string =>
  stage === "canary" ? `canary ${percent} %` : stage;

export function learnHeartbeat(heartbeat: HeartbeatPayload, now: number): void {
  const runs = Object.entries(heartbeat.features).map(([name, at]) => [name, Date.parse(at)] as const);
  useLive.setState({ lastRuns: Object.fromEntries(runs), serverOffset: Date.parse(heartbeat.utc_iso) - now, beatAt: now });
}

/** What a feature's panel reads at this moment: "WebSocket", "REST (Shadow)", "REST", or "REST (Fallback)". */
export function getDataSource(feature: string): SourceLabel {
  return liveNow().decisions[feature]?.label ?? "REST";
}
