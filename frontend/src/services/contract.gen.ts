/** What travels on the socket, as realtime/contract.py declares it. Written by `manage.py export_contract`: do not edit. */

export const PROTOCOL = 1;

export const CLOSE_CODES = {
  GOING_AWAY: 4000,
  TOO_SLOW: 4008,
  FLOODING: 4029,
  TOO_MANY_SOCKETS: 4030,
  NOT_SIGNED_IN: 4501,
  FORBIDDEN: 4503,
} as const;
export const FIRST_FINAL = 4500;

export const CODES = {
  BAD_FRAME: "bad_frame",
  UNKNOWN_TOPIC: "unknown_topic",
  TOO_MANY_TOPICS: "too_many_topics",
  READ_FAILED: "read_failed",
} as const;

export type Delivery = "STATE" | "EVENT" | "VOLATILE";

export const STREAMS = [
  { feature: "account_balance", type: "account_balance", topic: "balance.{account_id}", delivery: "STATE" },
  { feature: "console", type: "answers", topic: "answers", delivery: "STATE" },
  { feature: "console", type: "console", topic: "console", delivery: "STATE" },
  { feature: "global_market", type: "market_status", topic: "markets.{mic}", delivery: "STATE" },
  { feature: "heartbeat", type: "heartbeat", topic: "heartbeat", delivery: "VOLATILE" },
  { feature: "intraday", type: "intraday_bar", topic: "bars.{country}.{symbol}", delivery: "EVENT" },
  { feature: "intraday", type: "intraday_bar", topic: "bars_open.{country}.{symbol}", delivery: "STATE" },
  { feature: "intraday", type: "vwap_update", topic: "vwap.{country}.{symbol}", delivery: "STATE" },
  { feature: "positions", type: "positions", topic: "positions.{account_id}", delivery: "STATE" },
  { feature: "stages", type: "stages", topic: "stages", delivery: "STATE" },
  { feature: "ticker", type: "twenty_four_hour", topic: "day.{country}.{symbol}", delivery: "STATE" },
  { feature: "ticker", type: "quote_tick", topic: "quotes.{country}.{symbol}", delivery: "VOLATILE" },
] as const;

export interface AccountBalancePayload {
  account_id: number;
  account_number: string;
  cash: number;
  buying_power: number;
  portfolio_value: number;
  equity: number;
  timestamp: string;
}

export interface AnswersPayload {
  cursor: string;
  feature: string;
  stage: string;
  moved_at: string | null;
  dashboards: number;
  answered: number;
  seconds: number | null;
  polling: number;
  polling_answered: number;
  members: Record<string, number>;
}

export interface ConsoleSession {
  calendar: string;
  date: string;
  opens_at: string;
  closes_at: string;
  is_open: boolean;
}

export interface ConsoleSquare {
  session: string;
  verdict: string;
  why: string;
}

export interface ConsoleLine {
  name: string;
  verdict: string;
  figure: string;
  missing: string;
}

export interface ConsoleCaller {
  username: string;
  agent: string;
  credential: string;
  calls: number;
  last_at: string;
}

export interface ConsoleFeature {
  feature: string;
  stage: string;
  percent: number;
  cohort: string;
  source: string;
  flag: string;
  flag_value: string;
  version: number;
  changed_at: string | null;
  by: string;
  reason: string;
  held_until: string | null;
  sunset_at: string | null;
  shows: string;
  rest: string;
  every: number;
  rest_timer: string;
  last_completed_run: string | null;
  is_fresh: boolean;
  squares: ConsoleSquare[];
  lines: ConsoleLine[];
  ready: boolean;
  next_stage: string;
  missing: string[];
  sign_offs: string[];
  members: number;
  lag_ms: number | null;
  frames: number;
  samples: number;
  sample_mismatches: number;
  callers: ConsoleCaller[];
}

export interface ConsoleProcess {
  name: string;
  kind: string;
  release: string;
  seen_at: string;
  dashboards: number;
  differs: string;
}

export interface ConsoleField {
  field: string;
  rest: unknown;
  socket: unknown;
}

export interface ConsoleMismatch {
  id: number;
  feature: string;
  at: string;
  session: string | null;
  outcome: string;
  source: string;
  user: string;
  topic: string;
  cursor: string;
  rule: string;
  times: number;
  release: string;
  fields: ConsoleField[];
}

export interface ConsoleMove {
  feature: string;
  version: number;
  at: string;
  by: string;
  from_stage: string;
  to_stage: string;
  percent: number;
  cohort: string;
  reason: string;
  forced: boolean;
}

export interface ConsolePayload {
  at: string;
  overall: string;
  dashboards: number;
  session: ConsoleSession | null;
  features: ConsoleFeature[];
  processes: ConsoleProcess[];
  problems: string[];
  mismatches_open: number;
  mismatches_ignored: number;
  mismatches: ConsoleMismatch[];
  moves: ConsoleMove[];
}

export interface MarketStatusPayload {
  market_id: number;
  country: string;
  mic: string;
  status: string;
  phase: string;
  next_event: string;
  next_event_at: string;
  seconds_to_next_event: number;
  timestamp: string;
}

export interface HeartbeatPayload {
  timestamp: number;
  utc_iso: string;
  stale_after_seconds: number;
  features: Record<string, string>;
}

export interface IntradayBarPayload {
  country: string;
  symbol: string;
  timestamp_minute: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  closed: boolean;
}

export interface VwapUpdatePayload {
  country: string;
  symbol: string;
  vwap: number;
  volume: number;
  timestamp: string;
}

export interface PositionRow {
  symbol: string;
  quantity: number;
  entry_price: number;
  current_price: number;
  pnl: number;
}

export interface PositionsPayload {
  account_id: number;
  positions: PositionRow[];
  timestamp: string;
}

export interface StageRow {
  feature: string;
  stage: string;
  percent: number;
  source: string;
  version: number;
  changed_at: string | null;
  cohort: string;
  by: string;
  reason: string;
  held_until: string | null;
}

export interface StagesPayload {
  stages: StageRow[];
  timestamp: string;
}

export interface TwentyFourHourPayload {
  country: string;
  symbol: string;
  open_price: number;
  high_24h: number;
  low_24h: number;
  volume_24h: number;
  timestamp: string;
}

export interface QuoteTickPayload {
  country: string;
  symbol: string;
  price: number;
  volume: number;
  bid: number;
  ask: number;
  spread: number;
  timestamp: string;
}

export interface FeatureRow {
  name: string;
  every: number;
  rest: string;
}

export interface WelcomePayload {
  protocol: number;
  server_time: string;
  user: string;
  topics: string[];
  stages: StageRow[];
  buckets: Record<string, number>;
  cohorts: string[];
  features: FeatureRow[];
}

export interface SubscribedPayload {
  topic: string;
  epoch: string;
  offset: number;
  recovered: boolean;
  rows: number;
}

export interface UnsubscribedPayload {
  topic: string;
}

export interface ResetPayload {
  topic: string;
  epoch: string;
  offset: number;
  reason: string;
}

export interface PongPayload {
  timestamp: unknown;
  server_time: string;
}

export interface ErrorMessagePayload {
  message: string;
  error_code: string;
  timestamp: string;
}

export interface Envelope {
  topic?: string;
  epoch?: string;
  offset?: number;
  as_of?: string;
  snapshot?: boolean;
  correlation_id?: string;
}

export type ServerFrame =
  | (Envelope & { type: "account_balance"; data: AccountBalancePayload })
  | (Envelope & { type: "answers"; data: AnswersPayload })
  | (Envelope & { type: "console"; data: ConsolePayload })
  | (Envelope & { type: "market_status"; data: MarketStatusPayload })
  | (Envelope & { type: "heartbeat"; data: HeartbeatPayload })
  | (Envelope & { type: "intraday_bar"; data: IntradayBarPayload })
  | (Envelope & { type: "vwap_update"; data: VwapUpdatePayload })
  | (Envelope & { type: "positions"; data: PositionsPayload })
  | (Envelope & { type: "stages"; data: StagesPayload })
  | (Envelope & { type: "twenty_four_hour"; data: TwentyFourHourPayload })
  | (Envelope & { type: "quote_tick"; data: QuoteTickPayload })
  | (Envelope & { type: "welcome"; data: WelcomePayload })
  | (Envelope & { type: "subscribed"; data: SubscribedPayload })
  | (Envelope & { type: "unsubscribed"; data: UnsubscribedPayload })
  | (Envelope & { type: "reset"; data: ResetPayload })
  | (Envelope & { type: "pong"; data: PongPayload })
  | (Envelope & { type: "error_message"; data: ErrorMessagePayload });
