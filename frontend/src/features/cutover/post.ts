/** Posts a step and says what became of it: done, refused by the gate with its lines, moved on meanwhile, or failed. */
import { ApiError, post } from "@/services/api";
import { consoleLine } from "@/services/console-contract";
import { checked } from "@/services/contract";
import type { ConsoleLine } from "@/services/contract.gen";
import * as z from "zod/mini";

import type { Share, Step } from "./steps";

export interface Wish {
  step: Step;
  feature: string;
  reason: string;
  /** The version that the operator looked at. */
  version: number;
  share: Share;
  force: boolean;
}

export type Outcome =
  | { kind: "done" }
  | { kind: "refused"; detail: string; lines: ConsoleLine[] }
  | { kind: "moved_on"; detail: string }
  | { kind: "failed"; detail: string };

export async function take(wish: Wish): Promise<Outcome> {
  try {
    await post(`/api/cutover/${wish.feature}/${wish.step.path}/`, bodyOf(wish));
    return { kind: "done" };
  } catch (fault) {
    if (!(fault instanceof ApiError)) return { kind: "failed", detail: "It did not work, and the reason is not known." };
    return outcomeOf(fault);
  }
}

export function bodyOf({ step, reason, version, share, force }: Wish): object {
  return {
    reason: reason.trim(),
    expected_version: version,
    ...(step.path === "advance" ? { to: step.to } : {}),
    ...(step.asksShare ? { percent: share.percent, cohort: share.cohort } : {}),
    ...(force ? { force: true } : {}),
  };
}

function outcomeOf({ status, detail, problem, fields }: ApiError): Outcome {
  const lines = linesOf(problem);
  if (status === 409) return { kind: "moved_on", detail };
  if (status === 422 && lines.length > 0) return { kind: "refused", detail, lines };
  return { kind: "failed", detail: [detail, ...fields.map(({ field, message }) => `${field}: ${message}`)].join(" ") };
}

/** The gate's lines in a refusal; none where it was refused for something else. */
function linesOf(problem: unknown): ConsoleLine[] {
  try {
    return checked(z.object({ lines: z.array(consoleLine) }), problem, "refusal").lines;
  } catch {
    return [];
  }
}
