/** Joins the socket, the writer and the store into the desk's live path, and watches over it each second. */
import type { QueryClient } from "@tanstack/react-query";

import { socketUrl } from "@/config/env";
import type { Live } from "@/hooks/useWebSocket";
import type { ServerFrame } from "@/services/contract.gen";
import { LiveWriter } from "@/services/live-writer";
import { noteOperators } from "@/services/operators";
import { cursorText, type Cursor } from "@/services/readings";
import { Samples } from "@/services/samples";
import { cursorOf } from "@/services/topic-lines";
import { meansSignIn, ThorSocket, type SocketEvents, type SocketState } from "@/services/websocket";
import { guess, learnHeartbeat, learnStages, learnWelcome, reconsider } from "@/services/websocket-cutover";
import { blankLive, countUnknown, liveNow, note, useLive, type LiveState } from "@/stores/live";

import { FEATURES } from "./features";

export interface LiveOptions {
  client: QueryClient;
  /** The session has ended: sign in again. */
  onSignedOut: () => void;
}

/** What components use, and what runs beside it. */
export interface LivePath extends Live {
  samples: Samples;
}

const WATCH_EVERY_MS = 1000;

/** The live path, not yet started. */
export function makeLive(options: LiveOptions): LivePath {
  const samples = new Samples();
  const writer = new LiveWriter(options.client, Date.now, (feature, verdict) => samples.note(feature, verdict));
  const socket: ThorSocket = new ThorSocket({
    url: socketUrl(location),
    events: eventsOf(options, writer, (cursor) => socket.acknowledgeStages(cursor)),
  });
  return { socket, writer, samples };
}

/** Opens the socket and watches; the returned function ends both and forgets what was known. */
export function startLive({ socket, writer, samples }: LivePath): () => void {
  guess(FEATURES);
  reconsider(Date.now());
  const unwatch = useLive.subscribe((state, before) => handOver(writer, state, before));
  const watch = setInterval(() => reconsider(Date.now()), WATCH_EVERY_MS);
  const hurry = (): void => {
    if (!document.hidden) socket.hurry();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  socket.start();
  samples.start();
  return () => {
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    clearInterval(watch);
    unwatch();
    samples.stop();
    socket.stop();
    writer.stop();
    useLive.setState(blankLive());
  };
}

/** Hands what is shown from one writer to the other: what waits is written first, and a shadow that is wanted now is shown at once. */
function handOver(writer: LiveWriter, state: LiveState, before: LiveState): void {
  if (state.decisions === before.decisions) return;
  for (const [feature, { source }] of Object.entries(state.decisions)) {
    const former = before.decisions[feature]?.source;
    if (source === former) continue;
    if (source === "WebSocket") writer.promote(feature);
    else writer.flush();
  }
}

function eventsOf(
  { client, onSignedOut }: LiveOptions,
  writer: LiveWriter,
  acknowledge: (cursor: string) => void,
): SocketEvents {
  const takers = { client, writer, acknowledge };
  return {
    onFrame: (frame, at) => {
      if (frame.type === "welcome" && liveNow().welcomedAt !== null) void client.invalidateQueries({ queryKey: ["desk"] });
      take(frame, at, takers);
    },
    onUnknown: countUnknown,
    onBroken: () => useLive.setState(({ brokenFrames }) => ({ brokenFrames: brokenFrames + 1 })),
    onReset: (topic, reason) => {
      writer.reset(topic);
      note(Date.now(), "warn", `${topic}: a gap could not be filled (${reason}), shown anew`);
    },
    onGap: (topic) => note(Date.now(), "warn", `${topic}: a gap was seen, what is missing was asked for`),
    onState: (state) => {
      tellConnection(liveNow().connection, state);
      useLive.setState({ connection: state });
      reconsider(Date.now());
      if (state.status === "refused" && meansSignIn(state.closeCode)) onSignedOut();
    },
  };
}

interface Takers {
  client: QueryClient;
  writer: LiveWriter;
  acknowledge: (cursor: string) => void;
}

function take(frame: ServerFrame, at: number, { client, writer, acknowledge }: Takers): void {
  switch (frame.type) {
    case "welcome":
      learnWelcome(frame.data, at);
      return reconsider(at);
    case "stages": {
      learnStages(frame.data.stages, at);
      reconsider(at);
      return acknowledgeWhenShown(cursorOf(frame), acknowledge);
    }
    case "subscribed":
      // Back on the socket with nothing missed: this new connection has not told yet how far it is.
      if (frame.data.topic === "stages" && frame.data.rows === 0) acknowledgeWhenShown(cursorOf(frame.data), acknowledge);
      return;
    case "heartbeat":
      learnHeartbeat(frame.data, at);
      return reconsider(at);
    case "console":
    case "answers":
      return noteOperators(client, frame, at);
    case "error_message":
      return note(at, "bad", frame.topic ? `${frame.topic}: ${frame.data.message}` : frame.data.message);
    case "unsubscribed":
    case "reset":
    case "pong":
      return;
    default:
      writer.frame(frame, at);
  }
}

/** The panels have switched their source when the store's listeners, and what those put off to a microtask, have run. */
function acknowledgeWhenShown(cursor: Cursor | null, acknowledge: (cursor: string) => void): void {
  if (cursor) queueMicrotask(() => acknowledge(cursorText(cursor)));
}

function tellConnection(before: SocketState, next: SocketState): void {
  if (before.status === next.status) return;
  const now = Date.now();
  if (next.status === "open") note(now, "good", "The socket is open");
  if (next.status === "waiting" && before.status === "open") note(now, "warn", `The socket was lost (${next.closeCode ?? ""})`);
  if (next.status === "refused") note(now, "bad", `The server refused the socket (${next.closeCode ?? ""})`);
}
