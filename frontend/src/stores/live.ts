/** What the desk knows of the live path: the connection, where features stand, which source each reads, and the traffic. */
import { create } from "zustand";

import type { SocketState } from "@/services/websocket";

export type Source = "WebSocket" | "REST";
export type Reason = "stage" | "stale" | "socket_gone";
export type SourceLabel = "WebSocket" | "REST" | "REST (Shadow)" | "REST (Fallback)";

/** Where a feature stands, as the server (or, before it spoke, the build) says. */
export interface Standing {
  stage: string;
  percent: number;
  bucket: number;
  /** Seconds between two runs of its job; also the polling interval. */
  every: number;
  version: number;
  /** Whom a canary is limited to; empty: to nobody in particular. */
  cohort: string;
  /** Of the last move; empty where nobody moved it. */
  by: string;
  reason: string;
  changedAt: string | null;
  /** The watch took it back, and keeps it until then. */
  heldUntil: string | null;
}

/** What the stage asks for, and what is done given the health of the socket and the job. */
export interface Decision {
  wants: Source;
  source: Source;
  label: SourceLabel;
  reason: Reason;
}

export interface Difference {
  topic: string;
  /** Where both said it; empty for what has no place of its own. */
  cursor: string;
  socket: unknown;
  rest: unknown;
  /** At least one: the field, and what each side said. */
  mismatches: { field: string; socket: unknown; rest: unknown }[];
  at: number;
}

export interface Traffic {
  messages: number;
  lastAt: number | null;
  /** Time between two runs of messages, ms, smoothed; null until a second run came. */
  cadence: number | null;
  /** When the newest run began. */
  runAt: number | null;
  /** Server's now minus `as_of` when it arrived, ms; null in a replay and for snapshots. */
  lag: number | null;
  equal: number;
  different: number;
  /** Of those that differ, how many a rule lets pass: the server says so of what it was sent. */
  ignored: number;
  lastDifference: Difference | null;
}

export interface Note {
  id: number;
  at: number;
  tone: "good" | "plain" | "warn" | "bad";
  text: string;
}

export interface ReplayClock {
  speed: number | null;
  label: string;
}

export interface LiveState {
  connection: SocketState;
  /** Add to the local clock to get the server's, ms. */
  serverOffset: number;
  /** False until the server told the stages: nothing is polled on a guess. */
  isTold: boolean;
  welcomedAt: number | null;
  standings: Readonly<Record<string, Standing>>;
  /** Of whom this user is one: who is limited to a cohort sees whether it is meant. */
  cohorts: readonly string[];
  decisions: Readonly<Record<string, Decision>>;
  /** Since when each feature has read the source that it reads, ms. */
  sourceSince: Readonly<Record<string, number>>;
  /** When the last heartbeat came, ms; null before the first. */
  beatAt: number | null;
  /** Last completed run of each feature's job, server's ms. */
  lastRuns: Readonly<Record<string, number>>;
  traffic: Readonly<Record<string, Traffic>>;
  unknownTypes: Readonly<Record<string, number>>;
  brokenFrames: number;
  notes: readonly Note[];
  replay: ReplayClock | null;
  /** The newest moment that any message described, and when it came. */
  market: { asOf: number; at: number } | null;
}

const blankConnection: SocketState = {
  status: "idle",
  since: 0,
  goneSince: null,
  attempt: 0,
  latency: null,
  gaps: 0,
  closeCode: null,
};

export const blankLive = (): LiveState => ({
  connection: blankConnection,
  serverOffset: 0,
  isTold: false,
  welcomedAt: null,
  standings: {},
  cohorts: [],
  decisions: {},
  sourceSince: {},
  beatAt: null,
  lastRuns: {},
  traffic: {},
  unknownTypes: {},
  brokenFrames: 0,
  notes: [],
  replay: null,
  market: null,
});

export const useLive = create<LiveState>()(blankLive);

export const liveNow = (): LiveState => useLive.getState();

const NOTES_KEPT = 60;
let noteId = 0;

export function note(at: number, tone: Note["tone"], text: string): void {
  noteId += 1;
  const fresh: Note = { id: noteId, at, tone, text };
  useLive.setState((state) => ({ notes: [fresh, ...state.notes].slice(0, NOTES_KEPT) }));
}

const blankTraffic: Traffic = {
  messages: 0,
  lastAt: null,
  cadence: null,
  runAt: null,
  lag: null,
  equal: 0,
  different: 0,
  ignored: 0,
  lastDifference: null,
};

export const trafficOf = (state: Pick<LiveState, "traffic">, feature: string): Traffic => state.traffic[feature] ?? blankTraffic;

export function countTraffic(feature: string, change: (traffic: Traffic) => Traffic): void {
  useLive.setState((state) => ({
    traffic: { ...state.traffic, [feature]: change(trafficOf(state, feature)) },
  }));
}

export function countUnknown(type: string): void {
  useLive.setState((state) => ({
    unknownTypes: { ...state.unknownTypes, [type]: (state.unknownTypes[type] ?? 0) + 1 },
  }));
}
