/** The connection in two words, for the header. */
import { whole } from "@/format/figures";
import { clock, localZone } from "@/format/times";
import type { SocketState } from "@/services/websocket";

export interface ConnectionWords {
  tone: "good" | "warn" | "bad";
  word: string;
  detail: string;
}

const gapsWord = (gaps: number): string => `${whole(gaps)} ${gaps === 1 ? "gap" : "gaps"}`;

/** Since when what is shown is only the last known. */
const lastKnown = (goneSince: number | null): string => (goneSince === null ? "" : `last known ${clock(goneSince, localZone())}`);

export function connectionWords(state: SocketState): ConnectionWords {
  switch (state.status) {
    case "open": {
      const latency = state.latency === null ? "" : `${whole(state.latency)} ms · `;
      return { tone: state.gaps > 0 ? "warn" : "good", word: "Live", detail: `${latency}${gapsWord(state.gaps)}` };
    }
    case "refused":
      return { tone: "bad", word: "Refused", detail: state.closeCode === null ? "" : String(state.closeCode) };
    case "waiting":
      return { tone: "bad", word: "Reconnecting", detail: lastKnown(state.goneSince) };
    case "connecting":
    case "idle":
      return { tone: "warn", word: "Connecting", detail: state.attempt > 0 ? lastKnown(state.goneSince) : "" };
  }
}
