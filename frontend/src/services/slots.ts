/** What a panel's data is: which frames and which REST answer fill it, under which key it is held. Features register theirs. */
import type { QueryKey } from "@tanstack/react-query";

import type { Fresh } from "./api";
import type {
  AccountBalancePayload,
  Envelope,
  IntradayBarPayload,
  MarketStatusPayload,
  PositionsPayload,
  ServerFrame,
  VwapUpdatePayload,
} from "./contract.gen";
import type { Reading } from "./readings";
import { cursorOf } from "./topic-lines";

export interface SlotPayloads {
  account_balance: AccountBalancePayload;
  positions: PositionsPayload;
  intraday: IntradayBarPayload;
  vwap: VwapUpdatePayload;
  global_market: MarketStatusPayload;
}

export type SlotName = keyof SlotPayloads;

/** Which of a slot's data: one account's, one instrument's. */
export type Scope = Readonly<Record<string, string | number>>;

export interface SlotSpec<P> {
  name: SlotName;
  /** The feature whose stage decides. */
  feature: string;
  /** The scope's fields, in the order in which they make the key. */
  scope: readonly string[];
  topics: (scope: Scope) => string[];
  path: (scope: Scope) => string;
  /** The reading in a frame, or null where the frame is not of this slot. */
  accept: (frame: ServerFrame) => { scope: Scope; reading: Reading<P> } | null;
  /** The readings in a REST answer. */
  read: (answer: Fresh, scope: Scope) => Reading<P>[];
}

const registered = new Map<SlotName, SlotSpec<unknown>>();

export function registerSlot<N extends SlotName>(spec: SlotSpec<SlotPayloads[N]> & { name: N }): void {
  registered.set(spec.name, spec);
}

/** The slot of that name; the caller's mistake if nobody registered it. */
export function slotNamed<N extends SlotName>(name: N): SlotSpec<SlotPayloads[N]> {
  const spec = registered.get(name);
  if (!spec) throw new Error(`no slot ${name} is registered`);
  return spec as unknown as SlotSpec<SlotPayloads[N]>;
}

export const allSlots = (): SlotSpec<unknown>[] => [...registered.values()];

const keyOf = (part: "live" | "shadow", spec: Pick<SlotSpec<unknown>, "name" | "scope">, scope: Scope): QueryKey => [
  part,
  spec.name,
  ...spec.scope.map((field) => scope[field] ?? null),
];

/** Where the shown data is held. */
export const liveKey = (spec: Pick<SlotSpec<unknown>, "name" | "scope">, scope: Scope): QueryKey => keyOf("live", spec, scope);

/** Where pushed data is held while the stage shows REST. */
export const shadowKey = (spec: Pick<SlotSpec<unknown>, "name" | "scope">, scope: Scope): QueryKey => keyOf("shadow", spec, scope);

/** A frame's reading; the row is the topic unless the topic has many. */
export function readingOf<P>(frame: Envelope & { type: string; data?: unknown }, payload: P, row?: string, rank = 0): Reading<P> {
  const topic = frame.topic ?? frame.type;
  return { topic, row: row ?? topic, cursor: cursorOf(frame), asOf: frame.as_of ?? "", payload, rank };
}
