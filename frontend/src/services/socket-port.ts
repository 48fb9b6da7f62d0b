/** What the one socket is given and what it tells: its state, its events, and the browser's socket as a port. */
import type { ServerFrame } from "./contract.gen";

export type SocketStatus = "idle" | "connecting" | "open" | "waiting" | "refused";

export interface SocketState {
  status: SocketStatus;
  /** When it came to this status, ms. */
  since: number;
  /** When the last welcome was lost (or since when it was tried for in vain); null while open. */
  goneSince: number | null;
  attempt: number;
  latency: number | null;
  gaps: number;
  closeCode: number | null;
}

export interface SocketEvents {
  /** Every typed frame that is in order; frames beside the topics too. */
  onFrame: (frame: ServerFrame, at: number) => void;
  onUnknown: (type: string) => void;
  onBroken: (reason: string) => void;
  onState: (state: SocketState) => void;
  /** A topic's rows cannot be brought up to date: forget them, a snapshot follows. */
  onReset: (topic: string, reason: string) => void;
  /** A jump in an EVENT topic: what is missing has been asked for. */
  onGap: (topic: string) => void;
}

export interface SocketLike {
  readyState: number;
  send(text: string): void;
  close(code?: number): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
}

export interface SocketOptions {
  url: string;
  events: SocketEvents;
  create?: (url: string) => SocketLike;
  random?: () => number;
  now?: () => number;
}
