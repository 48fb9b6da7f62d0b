/** The only way in: what the server sends is checked here, and becomes typed values or a reason. */
import * as z from "zod/mini";

import { answersPayload, consolePayload } from "./console-contract";
import type {
  AccountBalancePayload,
  ErrorMessagePayload,
  HeartbeatPayload,
  IntradayBarPayload,
  MarketStatusPayload,
  PongPayload,
  PositionsPayload,
  ResetPayload,
  ServerFrame,
  StageRow,
  StagesPayload,
  SubscribedPayload,
  UnsubscribedPayload,
  QuoteTickPayload,
  TwentyFourHourPayload,
  VwapUpdatePayload,
  WelcomePayload,
} from "./contract.gen";

// Without this zod compiles its checks with `new Function`, which the content security policy forbids.
z.config({ jitless: true });

type Schema<T> = z.ZodMiniType<T>;

const text = z.string();
const figure = z.number();
const moment = z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), "is not a time"));
const later = z.nullable(moment);

export const accountBalance: Schema<AccountBalancePayload> = z.object({
  account_id: figure,
  account_number: text,
  cash: figure,
  buying_power: figure,
  portfolio_value: figure,
  equity: figure,
  timestamp: moment,
});

export const positions: Schema<PositionsPayload> = z.object({
  account_id: figure,
  positions: z.array(
    z.object({ symbol: text, quantity: figure, entry_price: figure, current_price: figure, pnl: figure }),
  ),
  timestamp: moment,
});

export const intradayBar: Schema<IntradayBarPayload> = z.object({
  country: text,
  symbol: text,
  timestamp_minute: moment,
  open: figure,
  high: figure,
  low: figure,
  close: figure,
  volume: figure,
  closed: z.boolean(),
});

export const vwapUpdate: Schema<VwapUpdatePayload> = z.object({
  country: text,
  symbol: text,
  vwap: figure,
  volume: figure,
  timestamp: moment,
});

const quoteTick: Schema<QuoteTickPayload> = z.object({
  country: text,
  symbol: text,
  price: figure,
  volume: figure,
  bid: figure,
  ask: figure,
  spread: figure,
  timestamp: moment,
});

const twentyFourHour: Schema<TwentyFourHourPayload> = z.object({
  country: text,
  symbol: text,
  open_price: figure,
  high_24h: figure,
  low_24h: figure,
  volume_24h: figure,
  timestamp: moment,
});

export const marketStatus: Schema<MarketStatusPayload> = z.object({
  market_id: figure,
  country: text,
  mic: text,
  status: text,
  phase: text,
  next_event: text,
  next_event_at: moment,
  seconds_to_next_event: figure,
  timestamp: moment,
});

const stageRow: Schema<StageRow> = z.object({
  feature: text,
  stage: text,
  percent: figure,
  source: text,
  version: figure,
  changed_at: later,
  cohort: text,
  by: text,
  reason: text,
  held_until: later,
});

export const stages: Schema<StagesPayload> = z.object({ stages: z.array(stageRow), timestamp: moment });

const heartbeat: Schema<HeartbeatPayload> = z.object({
  timestamp: figure,
  utc_iso: moment,
  stale_after_seconds: figure,
  features: z.record(text, moment),
});

const welcome: Schema<WelcomePayload> = z.object({
  protocol: figure,
  server_time: moment,
  user: text,
  topics: z.array(text),
  stages: z.array(stageRow),
  buckets: z.record(text, figure),
  cohorts: z.array(text),
  features: z.array(z.object({ name: text, every: figure, rest: text })),
});

const subscribed: Schema<SubscribedPayload> = z.object({
  topic: text,
  epoch: text,
  offset: figure,
  recovered: z.boolean(),
  rows: figure,
});
const unsubscribed: Schema<UnsubscribedPayload> = z.object({ topic: text });
const reset: Schema<ResetPayload> = z.object({ topic: text, epoch: text, offset: figure, reason: text });
const pong: Schema<PongPayload> = z.object({ timestamp: z.unknown(), server_time: moment });
const errorMessage: Schema<ErrorMessagePayload> = z.object({ message: text, error_code: text, timestamp: moment });

const envelope = {
  topic: z.optional(text),
  epoch: z.optional(text),
  offset: z.optional(figure),
  as_of: z.optional(moment),
  snapshot: z.optional(z.boolean()),
  correlation_id: z.optional(text),
};

const frame: Schema<ServerFrame> = z.discriminatedUnion("type", [
  z.object({ ...envelope, type: z.literal("account_balance"), data: accountBalance }),
  z.object({ ...envelope, type: z.literal("positions"), data: positions }),
  z.object({ ...envelope, type: z.literal("intraday_bar"), data: intradayBar }),
  z.object({ ...envelope, type: z.literal("vwap_update"), data: vwapUpdate }),
  z.object({ ...envelope, type: z.literal("quote_tick"), data: quoteTick }),
  z.object({ ...envelope, type: z.literal("twenty_four_hour"), data: twentyFourHour }),
  z.object({ ...envelope, type: z.literal("market_status"), data: marketStatus }),
  z.object({ ...envelope, type: z.literal("stages"), data: stages }),
  z.object({ ...envelope, type: z.literal("heartbeat"), data: heartbeat }),
  z.object({ ...envelope, type: z.literal("welcome"), data: welcome }),
  z.object({ ...envelope, type: z.literal("subscribed"), data: subscribed }),
  z.object({ ...envelope, type: z.literal("unsubscribed"), data: unsubscribed }),
  z.object({ ...envelope, type: z.literal("reset"), data: reset }),
  z.object({ ...envelope, type: z.literal("pong"), data: pong }),
  z.object({ ...envelope, type: z.literal("error_message"), data: errorMessage }),
  z.object({ ...envelope, type: z.literal("console"), data: consolePayload }),
  z.object({ ...envelope, type: z.literal("answers"), data: answersPayload }),
]);

export const FRAME_TYPES: readonly ServerFrame["type"][] = [
  "account_balance",
  "positions",
  "intraday_bar",
  "vwap_update",
  "quote_tick",
  "twenty_four_hour",
  "market_status",
  "stages",
  "heartbeat",
  "welcome",
  "subscribed",
  "unsubscribed",
  "reset",
  "pong",
  "error_message",
  "console",
  "answers",
];

/** A frame's text became one of these: a typed frame, a type that this desk does not know, or a reason why not. */
export type Parsed =
  | { kind: "known"; frame: ServerFrame }
  | { kind: "unknown"; type: string }
  | { kind: "broken"; reason: string };

const isKnown = (type: string): boolean => (FRAME_TYPES as readonly string[]).includes(type);

export function parseFrame(raw: unknown): Parsed {
  const value = decoded(raw);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "broken", reason: "not a JSON object" };
  }
  const type: unknown = (value as Record<string, unknown>).type;
  if (typeof type !== "string") return { kind: "broken", reason: "no type" };
  if (!isKnown(type)) return { kind: "unknown", type };
  const result = z.safeParse(frame, value);
  return result.success
    ? { kind: "known", frame: result.data }
    : { kind: "broken", reason: `${type}: ${faultOf(result.error)}` };
}

function decoded(raw: unknown): unknown {
  if (typeof raw !== "string") return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** The server answered something that docs/protocol.md does not allow. The message says what and where. */
export class ContractFault extends Error {}

function faultOf(error: z.core.$ZodError): string {
  const first = error.issues[0];
  return first ? `${first.path.join(".") || "body"} ${first.message}` : "not as agreed";
}

/** A REST body as `schema` has it, or ContractFault. */
export function checked<T>(schema: Schema<T>, body: unknown, what: string): T {
  const result = z.safeParse(schema, body);
  if (!result.success) throw new ContractFault(`${what}: ${faultOf(result.error)}`);
  return result.data;
}
