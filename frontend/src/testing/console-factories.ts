/** What operators are told, for tests: say what differs. */
import type {
  AnswersPayload,
  ConsoleFeature,
  ConsoleMismatch,
  ConsoleMove,
  ConsolePayload,
} from "@/services/contract.gen";

import { AT } from "./factories";

export const makeFeature = (differing: Partial<ConsoleFeature> = {}): ConsoleFeature => ({
  feature: "positions",
  stage: "canary",
  percent: 25,
  cohort: "",
  source: "record",
  flag: "WS_FEATURE_POSITIONS",
  flag_value: "",
  version: 4,
  changed_at: "2026-11-20T19:29:51Z",
  by: "operator",
  reason: "2 clean sessions",
  held_until: null,
  sunset_at: null,
  shows: "transitioning",
  rest: "/api/accounts/{account_id}/positions/",
  every: 10,
  rest_timer: "every 10 s; off for 25 %",
  last_completed_run: AT,
  is_fresh: true,
  squares: [
    { session: "2026-11-18", verdict: "pass", why: "99.8 % covered, 64 states" },
    { session: "2026-11-19", verdict: "inconclusive", why: "41 % covered" },
    { session: "2026-11-23", verdict: "fail", why: "1 mismatch" },
  ],
  lines: [
    { name: "arriving", verdict: "pass", figure: "2,340", missing: "" },
    { name: "parity", verdict: "fail", figure: "1 of 233 differs", missing: "explain the mismatch" },
    { name: "sessions", verdict: "inconclusive", figure: "1 of 2", missing: "1 more session" },
  ],
  ready: false,
  next_stage: "live",
  missing: ["1 more session"],
  sign_offs: [],
  members: 103,
  lag_ms: 20,
  frames: 2340,
  samples: 40,
  sample_mismatches: 0,
  callers: [],
  ...differing,
});

export const makeMismatch = (differing: Partial<ConsoleMismatch> = {}): ConsoleMismatch => ({
  id: 1,
  feature: "positions",
  at: "2026-11-18T10:02:11Z",
  session: "2026-11-18",
  outcome: "mismatch",
  source: "probe",
  user: "",
  topic: "positions.1",
  cursor: "a91f:20411",
  rule: "",
  times: 1,
  release: "0.4.0",
  fields: [
    { field: "positions[AAPL].pnl", rest: -134.4, socket: -136 },
    { field: "positions[AAPL].current_price", rest: 239.87, socket: 239.85 },
  ],
  ...differing,
});

export const makeMove = (differing: Partial<ConsoleMove> = {}): ConsoleMove => ({
  feature: "positions",
  version: 4,
  at: "2026-11-20T19:29:51Z",
  by: "operator",
  from_stage: "canary",
  to_stage: "canary",
  percent: 25,
  cohort: "",
  reason: "2 clean sessions",
  forced: false,
  ...differing,
});

export const makeConsole = (differing: Partial<ConsolePayload> = {}): ConsolePayload => ({
  at: AT,
  overall: "PARTIAL CUTOVER",
  dashboards: 412,
  session: { calendar: "XNYS", date: "2026-11-20", opens_at: "2026-11-20T14:30:00Z", closes_at: "2026-11-20T21:00:00Z", is_open: true },
  features: [makeFeature()],
  processes: [{ name: "web-1", kind: "web", release: "0.4.0", seen_at: AT, dashboards: 412, differs: "" }],
  problems: [],
  mismatches_open: 1,
  mismatches_ignored: 3,
  mismatches: [makeMismatch()],
  moves: [makeMove()],
  ...differing,
});

export const makeAnswers = (differing: Partial<AnswersPayload> = {}): AnswersPayload => ({
  cursor: "r:101",
  feature: "positions",
  stage: "canary",
  moved_at: "2026-11-20T19:29:51Z",
  dashboards: 412,
  answered: 412,
  seconds: 0.6,
  polling: 0,
  polling_answered: 0,
  members: { positions: 103 },
  ...differing,
});
