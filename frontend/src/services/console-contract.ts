/** What operators are told of the cutover, by socket (topics `console` and `answers`) and by REST: checked here, then typed. */
import * as z from "zod/mini";

import type {
  AnswersPayload,
  ConsoleFeature,
  ConsoleLine,
  ConsolePayload,
  ConsoleMismatch,
  ConsoleMove,
  ServerFrame,
} from "./contract.gen";

type Schema<T> = z.ZodMiniType<T>;

const text = z.string();
const figure = z.number();
const maybe = z.nullable(text);

export const consoleLine: Schema<ConsoleLine> = z.object({ name: text, verdict: text, figure: text, missing: text });

const feature: Schema<ConsoleFeature> = z.object({
  feature: text,
  stage: text,
  percent: figure,
  cohort: text,
  source: text,
  flag: text,
  flag_value: text,
  version: figure,
  changed_at: maybe,
  by: text,
  reason: text,
  held_until: maybe,
  sunset_at: maybe,
  shows: text,
  rest: text,
  every: figure,
  rest_timer: text,
  last_completed_run: maybe,
  is_fresh: z.boolean(),
  squares: z.array(z.object({ session: text, verdict: text, why: text })),
  lines: z.array(consoleLine),
  ready: z.boolean(),
  next_stage: text,
  missing: z.array(text),
  sign_offs: z.array(text),
  members: figure,
  lag_ms: z.nullable(figure),
  frames: figure,
  samples: figure,
  sample_mismatches: figure,
  callers: z.array(z.object({ username: text, agent: text, credential: text, calls: figure, last_at: text })),
});

const mismatchRow: Schema<ConsoleMismatch> = z.object({
  id: figure,
  feature: text,
  at: text,
  session: maybe,
  outcome: text,
  source: text,
  user: text,
  topic: text,
  cursor: text,
  rule: text,
  times: figure,
  release: text,
  fields: z.array(z.object({ field: text, rest: z.unknown(), socket: z.unknown() })),
});

/** What `/api/cutover/mismatches/` adds to a row: both payloads as they came, JSON text. */
export interface Payloads {
  rest: string;
  socket: string;
}

export const mismatchPayloads: Schema<{ items: (Payloads & { id: number })[] }> = z.object({
  items: z.array(z.object({ id: figure, rest: text, socket: text })),
});

const moveRow: Schema<ConsoleMove> = z.object({
  feature: text,
  version: figure,
  at: text,
  by: text,
  from_stage: text,
  to_stage: text,
  percent: figure,
  cohort: text,
  reason: text,
  forced: z.boolean(),
});

export const consolePayload: Schema<ConsolePayload> = z.object({
  at: text,
  overall: text,
  dashboards: figure,
  session: z.nullable(z.object({ calendar: text, date: text, opens_at: text, closes_at: text, is_open: z.boolean() })),
  features: z.array(feature),
  processes: z.array(z.object({ name: text, kind: text, release: text, seen_at: text, dashboards: figure, differs: text })),
  problems: z.array(text),
  mismatches_open: figure,
  mismatches_ignored: figure,
  mismatches: z.array(mismatchRow),
  moves: z.array(moveRow),
});

export const answersPayload: Schema<AnswersPayload> = z.object({
  cursor: text,
  feature: text,
  stage: text,
  moved_at: maybe,
  dashboards: figure,
  answered: figure,
  seconds: z.nullable(figure),
  polling: figure,
  polling_answered: figure,
  members: z.record(text, figure),
});

/** What only operators are told. */
export type OperatorsFrame = Extract<ServerFrame, { type: "console" | "answers" }>;
