/** The connection in two words, for the header. */
import { whole } from "@/format/figures";
import { age } from "@/format/times";
import type { SocketState } from "@/services/websocket";

export interface ConnectionWords {
  tone: "good" | "warn" | "bad";
  word: string;
  detail: string;
}

const gapsWord = (gaps: number): string => `${whole(gaps)} ${gaps === 1 ? "gap" : "gaps"}`;

export function connectionWords(state: SocketState, now: number): ConnectionWords {
  const gone = state.goneSince === null ? "" : age(now - state.goneSince);
  switch (state.status) {
    case "open": {
      const latency = state.latency === null ? "" : `${whole(state.latency)} ms · `;
      return { tone: state.gaps > 0 ? "warn" : "good", word: "Live", detail: `${latency}${gapsWord(state.gaps)}` };
    }
    case "refused":
      return { tone: "bad", word: "Refused", detail: state.closeCode === null ? "" : String(state.closeCode) };
    case "waiting":
      return { tone: "bad", word: "Reconnecting", detail: gone };
    case "connecting":
    case "idle":
      return { tone: "warn", word: "Connecting", detail: state.attempt > 0 ? gone : "" };
  }
}
