/** What this browser compared, sent to the server in samples: differences first, few at a time, failing quietly. */
import { countTraffic } from "@/stores/live";

import { ApiError, post } from "./api";
import type { Verdict } from "./comparison";
import { cursorText } from "./readings";

export const SEND_EVERY_MS = 30_000;
export const MOST_SAMPLES = 20;
/** The server takes no longer payload. */
const LONGEST = 32_768;
const PATH = "/api/cutover/samples/";
const TOO_MANY = 429;

export interface Sample {
  topic: string;
  cursor: string;
  rest: unknown;
  socket: unknown;
}

interface Noted {
  feature: string;
  differs: boolean;
  sample: Sample;
}

export class Samples {
  private differing: Noted[] = [];
  private equal: Noted[] = [];
  private equalSeen = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly random: () => number = Math.random) {}

  start(): void {
    this.timer ??= setInterval(() => void this.send(), SEND_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.forget();
  }

  /** Every difference is kept while there is room; of what is equal, each has the same chance to be among those sent. */
  note(feature: string, { topic, cursor, rest, socket, mismatches }: Verdict): void {
    if (cursor === null || this.timer === undefined) return;
    const noted = { feature, differs: mismatches.length > 0, sample: { topic, cursor: cursorText(cursor), rest, socket } };
    if (noted.differs) {
      if (this.differing.length < MOST_SAMPLES) this.differing.push(noted);
      return;
    }
    this.equalSeen += 1;
    const place = this.equal.length < MOST_SAMPLES ? this.equal.length : Math.floor(this.random() * this.equalSeen);
    if (place < MOST_SAMPLES) this.equal[place] = noted;
  }

  /** One request, however much was compared; what it did not take is dropped. */
  private async send(): Promise<void> {
    const noted = [...this.differing, ...this.equal].filter(({ sample }) => isShort(sample)).slice(0, MOST_SAMPLES);
    this.forget();
    if (noted.length === 0) return;
    try {
      tellIgnored(noted, await post(PATH, { samples: noted.map(({ sample }) => sample) }));
    } catch (fault) {
      if (isRefusal(fault)) this.stop();
    }
  }

  private forget(): void {
    this.differing = [];
    this.equal = [];
    this.equalSeen = 0;
  }
}

const isShort = ({ rest, socket }: Sample): boolean => [rest, socket].every((payload) => new Blob([JSON.stringify(payload) ?? ""]).size <= LONGEST);

/** The server will not have them, now or later: asking again would only fill its log. */
const isRefusal = (fault: unknown): boolean =>
  fault instanceof ApiError && fault.status >= 400 && fault.status < 500 && fault.status !== TOO_MANY;

/** The rules are the server's: it says which differences one of them lets pass. */
function tellIgnored(noted: readonly Noted[], answer: unknown): void {
  const outcomes = outcomesIn(answer);
  noted.forEach(({ feature, differs }, index) => {
    if (!differs || outcomes[index] !== "ignored") return;
    countTraffic(feature, (traffic) => ({ ...traffic, different: Math.max(0, traffic.different - 1), ignored: traffic.ignored + 1 }));
  });
}

function outcomesIn(answer: unknown): readonly unknown[] {
  if (typeof answer !== "object" || answer === null) return [];
  const { outcomes } = answer as Record<string, unknown>;
  return Array.isArray(outcomes) ? outcomes : [];
}
