/** Payloads, frames and rows for tests: say what differs. */
import type {
  AccountBalancePayload,
  IntradayBarPayload,
  MarketStatusPayload,
  PositionRow,
  PositionsPayload,
  StageRow,
  WelcomePayload,
} from "@/services/contract.gen";
import type { Reading } from "@/services/readings";
import type { Desk, SessionDay, Venue } from "@/services/rest-contract";
import type { Standing } from "@/stores/live";

export const AT = "2026-11-20T19:31:00Z";

export const makeBalance = (differing: Partial<AccountBalancePayload> = {}): AccountBalancePayload => ({
  account_id: 1,
  account_number: "ACC12345",
  cash: 50000,
  buying_power: 100000,
  portfolio_value: 152318.4,
  equity: 152318.4,
  timestamp: AT,
  ...differing,
});

export const makePosition = (differing: Partial<PositionRow> = {}): PositionRow => ({
  symbol: "SPY",
  quantity: 100,
  entry_price: 583.1,
  current_price: 589.42,
  pnl: 632,
  ...differing,
});

export const makePositions = (...positions: PositionRow[]): PositionsPayload => ({ account_id: 1, positions, timestamp: AT });

export const makeBar = (differing: Partial<IntradayBarPayload> = {}): IntradayBarPayload => ({
  country: "USA",
  symbol: "SPY",
  timestamp_minute: AT,
  open: 589,
  high: 589.6,
  low: 588.9,
  close: 589.42,
  volume: 1200,
  closed: true,
  ...differing,
});

export const makeMarket = (differing: Partial<MarketStatusPayload> = {}): MarketStatusPayload => ({
  market_id: 1,
  country: "USA",
  mic: "XNYS",
  status: "OPEN",
  phase: "OPEN",
  next_event: "CLOSE",
  next_event_at: "2026-11-20T21:00:00Z",
  seconds_to_next_event: 5340,
  timestamp: AT,
  ...differing,
});

export const makeVenue = (differing: Partial<Venue> = {}): Venue => ({
  market_id: 1,
  mic: "XNYS",
  name: "New York Stock Exchange",
  city: "New York",
  country: "USA",
  time_zone: "America/New_York",
  currency: "USD",
  place: 1,
  preopen_minutes: 60,
  preclose_minutes: 15,
  known_until: "2028-12-31",
  expires_soon: false,
  weight: 15,
  region: "AMERICAS",
  ...differing,
});

/** A row of `/api/markets/{mic}/sessions/`. */
export const makeSessionRow = (differing: Partial<Record<string, string | boolean | null>> = {}) => ({
  mic: "XNYS",
  date: "2026-11-20",
  kind: "REGULAR",
  name: "",
  opens_at: "2026-11-20T14:30:00Z",
  pause_starts_at: null,
  pause_ends_at: null,
  closes_at: "2026-11-20T21:00:00Z",
  is_projected: false,
  ...differing,
});

/** A stored day as the desk holds it: `["14:30", "17:00"]` are hours of its date, in UTC. */
export const makeSessionDay = (date: string, ...spans: (readonly [string, string])[]): SessionDay => ({
  date,
  kind: spans.length === 0 ? "HOLIDAY" : "REGULAR",
  name: "",
  spans: spans.map(([opens, closes]) => ({ opens: Date.parse(`${date}T${opens}Z`), closes: Date.parse(`${date}T${closes}Z`) })),
  isProjected: false,
});

export const makeStage = (differing: Partial<StageRow> = {}): StageRow => ({
  feature: "positions",
  stage: "shadow",
  percent: 0,
  source: "record",
  version: 1,
  changed_at: null,
  cohort: "",
  by: "",
  reason: "",
  held_until: null,
  ...differing,
});

export const makeWelcome = (differing: Partial<WelcomePayload> = {}): WelcomePayload => ({
  protocol: 1,
  server_time: AT,
  user: "trader",
  topics: [],
  stages: [],
  buckets: {},
  cohorts: [],
  features: [],
  ...differing,
});

export const makeDesk = (differing: Partial<Desk> = {}): Desk => ({
  version: "0.1.0",
  broker: "paper",
  feed: "simulated",
  replay: null,
  accounts: [{ id: 1, slug: "primary", number: "ACC12345", name: "Primary", kind: "paper" }],
  watchlist: [{ country: "USA", symbol: "SPY" }],
  cohorts: [],
  features: [],
  ...differing,
});

export const makeStanding = (differing: Partial<Standing> = {}): Standing => ({
  stage: "live",
  percent: 0,
  bucket: 50,
  every: 10,
  version: 1,
  cohort: "",
  by: "",
  reason: "",
  changedAt: null,
  heldUntil: null,
  ...differing,
});

export const makeReading = <P>(payload: P, differing: Partial<Reading<P>> = {}): Reading<P> => ({
  topic: "positions.1",
  row: "positions.1",
  cursor: { epoch: "e", offset: 5 },
  asOf: AT,
  payload,
  rank: 0,
  ...differing,
});
