/** Writes what the socket and the polls bring into the one query cache, through the guard, and keeps the tally. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { countTraffic, liveNow, note, useLive } from "@/stores/live";

import { read as readRest, type Reads } from "./api";
import { cadenceAfter } from "./cadence";
import { Comparison, type Verdict } from "./comparison";
import type { ServerFrame } from "./contract.gen";
import { confirm, cursorText, fold, forget, type Reading, type Slot } from "./readings";
import { allSlots, liveKey, shadowKey, type Scope, type SlotSpec } from "./slots";

type AnySlot = Slot<unknown>;

interface Waiting {
  key: QueryKey;
  readings: Reading<unknown>[];
}

/** Frames that come within this time are folded in one go. */
export const FLUSH_MS = 16;

export class LiveWriter {
  private readonly comparison = new Comparison();
  private waiting = new Map<string, Waiting>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private flushedAt = -Infinity;

  constructor(
    private readonly client: QueryClient,
    private readonly now: () => number = Date.now,
    /** Is told of every comparison. */
    private readonly onCompared: (feature: string, verdict: Verdict) => void = () => undefined,
  ) {}

  /** A data frame that is in order. The stage says whether it is shown or only compared. */
  frame(frame: ServerFrame, at: number): void {
    for (const spec of allSlots()) {
      const found = spec.accept(frame);
      if (!found) continue;
      const isShown = readsSocket(spec.feature);
      if (!isShown) logShadow(frame);
      this.queue(isShown ? liveKey(spec, found.scope) : shadowKey(spec, found.scope), found.reading);
      this.count(spec.feature, frame, at);
      this.compare("socket", spec.feature, found.reading);
      learnMarketTime(found.reading.asOf, at);
    }
  }

  /** Forget a topic's rows: a snapshot follows. */
  reset(topic: string): void {
    this.flush();
    for (const [key, slot] of this.slots()) {
      if (Object.values(slot.rows).some((row) => row.topic === topic)) this.client.setQueryData(key, forget(slot, topic));
    }
  }

  /** The feature's panels read the socket from now on: what was in its shadow is shown at once, and the shadow begins anew. */
  promote(feature: string): void {
    this.flush();
    for (const spec of allSlots().filter((slot) => slot.feature === feature)) {
      for (const [key, slot] of this.slots(["shadow", spec.name])) {
        const shown: QueryKey = ["live", ...key.slice(1)];
        const arrival = { at: slot.receivedAt, via: "socket" } as const;
        this.client.setQueryData<AnySlot>(shown, (held) => fold(held, Object.values(slot.rows), arrival));
        this.client.removeQueries({ queryKey: key, exact: true });
      }
    }
  }

  /**
   * Asks REST and gives the slot as it is then: what is held, with the answer folded in. `signal`: nobody waits any longer.
   * Where the socket took over while the answer was on its way, it is compared and does not write.
   */
  async poll<P>(spec: SlotSpec<P>, scope: Scope, signal: AbortSignal | null = null): Promise<Slot<P>> {
    const key = liveKey(spec, scope);
    const held = this.client.getQueryData<Slot<P>>(key);
    const asked = this.now();
    const answer = await readRest(spec.path(scope), { etag: held?.etag ?? null, signal, reads: readsFor(spec.feature, held) });
    const readings = answer.kind === "fresh" ? spec.read(answer, scope) : [];
    for (const reading of readings) this.compare("rest", spec.feature, reading);
    const current = this.client.getQueryData<Slot<P>>(key);
    if (current && readsSocket(spec.feature)) return current;
    const arrival = { at: this.now(), via: "rest", asked } as const;
    if (answer.kind === "nothing") return fold(current, [], { ...arrival, etag: null });
    if (answer.kind === "unchanged") return current ? confirm(current, arrival.at) : fold(current, [], arrival);
    learnMarketTime(newest(readings), arrival.at);
    return fold(current, readings, { ...arrival, etag: answer.etag });
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushedAt = this.now();
    const batches = this.waiting;
    this.waiting = new Map();
    for (const { key, readings } of batches.values()) {
      const arrival = { at: this.flushedAt, via: "socket" } as const;
      this.client.setQueryData<AnySlot>(key, (held) => fold(held, readings, arrival));
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private queue(key: QueryKey, reading: Reading<unknown>): void {
    const name = JSON.stringify(key);
    const batch = this.waiting.get(name) ?? { key, readings: [] };
    batch.readings.push(reading);
    this.waiting.set(name, batch);
    if (this.now() - this.flushedAt >= FLUSH_MS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  private slots(prefix: QueryKey = []): [QueryKey, AnySlot][] {
    const roots: QueryKey[] = prefix.length > 0 ? [prefix] : [["live"], ["shadow"]];
    return roots
      .flatMap((queryKey) => this.client.getQueriesData<AnySlot>({ queryKey }))
      .flatMap(([key, slot]) => (slot ? [[key, slot] as [QueryKey, AnySlot]] : []));
  }

  private count(feature: string, frame: ServerFrame, at: number): void {
    const { replay, serverOffset } = liveNow();
    const isFresh = frame.snapshot !== true && replay === null && frame.as_of !== undefined;
    const lag = isFresh ? Math.max(0, at + serverOffset - Date.parse(frame.as_of ?? "")) : null;
    countTraffic(feature, (traffic) => ({
      ...traffic,
      ...(frame.snapshot === true ? {} : cadenceAfter(traffic, at)),
      messages: traffic.messages + 1,
      lastAt: at,
      lag: lag ?? traffic.lag,
    }));
  }

  private compare(via: "socket" | "rest", feature: string, reading: Reading<unknown>): void {
    const verdict = this.comparison.note(via, reading);
    if (verdict === null) return;
    this.onCompared(feature, verdict);
    const { mismatches } = verdict;
    if (mismatches.length === 0) {
      countTraffic(feature, (traffic) => ({ ...traffic, equal: traffic.equal + 1 }));
      return;
    }
    const lastDifference = { ...verdict, cursor: verdict.cursor ? cursorText(verdict.cursor) : "", at: this.now() };
    countTraffic(feature, (traffic) => ({ ...traffic, different: traffic.different + 1, lastDifference }));
    const fields = mismatches.slice(0, 3).map(({ field }) => field);
    note(this.now(), "bad", `${feature}: socket and REST differ in ${fields.join(", ")}`);
  }
}

/** Who writes what is shown: the socket, or the polls; never both. */
const readsSocket = (feature: string): boolean => liveNow().decisions[feature]?.source === "WebSocket";

function readsFor(feature: string, held: AnySlot | undefined): Reads {
  const decision = liveNow().decisions[feature];
  if (decision && decision.reason !== "stage") return "fallback";
  return held ? "timer" : "first";
}

function newest(readings: readonly Reading<unknown>[]): string {
  return readings.reduce((latest, { asOf }) => (Date.parse(asOf) > (Date.parse(latest) || 0) ? asOf : latest), "");
}

function learnMarketTime(asOf: string, at: number): void {
  const moment = Date.parse(asOf);
  if (Number.isNaN(moment)) return;
  useLive.setState(({ market }) => (market && market.asOf >= moment ? {} : { market: { asOf: moment, at } }));
}

function logShadow(frame: ServerFrame): void {
  // eslint-disable-next-line no-console -- in shadow each message can be followed in the browser's console.
  console.log(`[WS] ${frame.type}`, frame.data);
}
