/** The steps that an operator may take with a feature: which there are in a stage, where they lead, and what will happen; pure. */
import type { ConsoleFeature, ConsoleMove } from "@/services/contract.gen";

export const STAGES = ["off", "shadow", "canary", "live", "sunset", "retired"] as const;
export type StageName = (typeof STAGES)[number];

export type Act = "advance" | "widen" | "sign-off" | "rollback";

export interface Step {
  act: Act;
  /** On the button. */
  label: string;
  /** The last part of the path that it is posted to. */
  path: "advance" | "canary" | "sign-off" | "rollback";
  /** The stage that it leads to. */
  to: StageName;
  /** A share of users is asked for. */
  asksShare: boolean;
}

const NEXT: Readonly<Record<string, StageName>> = { off: "shadow", shadow: "canary", canary: "live", live: "sunset", sunset: "retired" };

const ADVANCE = (to: StageName): Step => ({
  act: "advance",
  label: `Advance to ${to}`,
  path: to === "canary" ? "canary" : "advance",
  to,
  asksShare: to === "canary",
});
const WIDEN: Step = { act: "widen", label: "Widen", path: "canary", to: "canary", asksShare: true };
const SIGN_OFF: Step = { act: "sign-off", label: "Sign off", path: "sign-off", to: "live", asksShare: false };
const ROLL_BACK: Step = { act: "rollback", label: "Roll back", path: "rollback", to: "shadow", asksShare: false };

/** What may be done in that stage, the way forward first. In a stage that this desk does not know: only back. */
export function stepsOf(stage: string): Step[] {
  const next = NEXT[stage];
  return [
    ...(next ? [ADVANCE(next)] : []),
    ...(stage === "canary" ? [WIDEN] : []),
    ...(stage === "live" ? [SIGN_OFF] : []),
    ...(stage === "off" || stage === "shadow" ? [] : [ROLL_BACK]),
  ];
}

export interface Share {
  percent: number;
  cohort: string;
}

function whom({ percent, cohort }: Share): string {
  const users = cohort === "" ? "all users" : `the ${cohort} users`;
  return percent === 100 ? users : `${percent} % of ${users}`;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const dashboardsOpen = (count: number): string => (count === 1 ? "the one dashboard that is open" : `all ${count} dashboards that are open`);

/** What will happen, in sentences. `dashboards`: how many are open. */
export function effectOf(step: Step, feature: Pick<ConsoleFeature, "percent" | "stage">, share: Share, dashboards: number): string {
  if (step.act === "rollback") {
    const reopens = feature.stage === "retired" ? " REST is open to programs again at once." : "";
    return `Within a second ${dashboardsOpen(dashboards)} show REST again, without a reload.${reopens} Messages go on being published and compared; the evidence of this stay ends.`;
  }
  if (step.act === "sign-off") return "Your name stands for it that nobody needs REST any longer. Sunset needs that; it holds for this stay in live.";
  if (step.act === "widen") {
    const way = share.percent < feature.percent ? "Narrowing needs no evidence." : "Whoever is in stays in.";
    return `The canary goes from ${feature.percent} % to ${whom(share)}. ${way}`;
  }
  return AHEAD[step.to](share, dashboards);
}

const AHEAD: Readonly<Record<StageName, (share: Share, dashboards: number) => string>> = {
  off: () => "",
  shadow: () => "What the socket brings is published and compared; dashboards go on showing REST.",
  canary: (share) =>
    share.percent === 100 && share.cohort === ""
      ? "All users are shown what is pushed, as a canary: the gate still asks for evidence before it is live."
      : `${capital(whom(share))} are shown what is pushed, always the same ones; everybody else goes on with REST.`,
  live: (_, dashboards) =>
    `Within a second ${dashboardsOpen(dashboards)} show what is pushed and stop polling, without a reload. REST goes on answering.`,
  sunset: () => "REST goes on answering, with Deprecation and Sunset headers; who still calls it is counted.",
  retired: () => "REST answers programs 410 and points to the socket. The probe, and dashboards whose socket fails, are still answered.",
};

/** How far along the stages a feature is; −1 where this desk does not know the stage. */
export const placeOf = (stage: string): number => (STAGES as readonly string[]).indexOf(stage);

export const stageWords = ({ stage, percent, cohort }: { stage: string; percent: number; cohort: string }): string => {
  if (stage !== "canary") return stage;
  return `canary ${percent} %${cohort === "" ? "" : ` of ${cohort}`}`;
};

type Told = Pick<ConsoleMove, "feature" | "version" | "from_stage" | "to_stage" | "percent" | "cohort">;

/** A move as the history tells it: `canary 10 % → 25 %`, `live → shadow`. `moves`: the others, for the share that it had before. */
export function moveWords(move: Told, moves: readonly Told[]): string {
  const to = stageWords({ ...move, stage: move.to_stage });
  if (move.from_stage !== "canary") return `${move.from_stage} → ${to}`;
  const before = moves.find(({ feature, version }) => feature === move.feature && version === move.version - 1);
  const from = before?.to_stage === "canary" ? stageWords({ ...before, stage: "canary" }) : "canary";
  return `${from} → ${move.to_stage === "canary" ? to.replace("canary ", "") : to}`;
}

/** Is this move a step back? */
export const isBack = (move: { from_stage: string; to_stage: string }): boolean => placeOf(move.to_stage) < placeOf(move.from_stage);
