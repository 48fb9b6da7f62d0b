import { expect, it } from "vitest";

import { blankLive } from "@/stores/live";

import { connectionWords } from "./connection";
import { replayClock } from "./replay";

const words = (differing: object) => connectionWords({ ...blankLive().connection, ...differing });

it("says how the line stands", () => {
  expect(words({ status: "open", latency: 4 })).toEqual({ tone: "good", word: "Live", detail: "4 ms · 0 gaps" });
  expect(words({ status: "open", gaps: 1 })).toEqual({ tone: "warn", word: "Live", detail: "1 gap" });
  expect(words({ status: "waiting", goneSince: 2000 })).toMatchObject({ tone: "bad", word: "Reconnecting" });
  expect(words({ status: "waiting", goneSince: 2000 }).detail).toMatch(/^last known \d\d:\d\d:02$/);
  expect(words({ status: "connecting", goneSince: 2000 })).toEqual({ tone: "warn", word: "Connecting", detail: "" });
  expect(words({ status: "connecting", goneSince: 2000, attempt: 2 }).detail).toMatch(/last known/);
  expect(words({ status: "refused", closeCode: 4503 })).toEqual({ tone: "bad", word: "Refused", detail: "4503" });
});

it("tells a replay's speed, where it can be counted", () => {
  const replay = { file: "day.csv", speed: "60", at: null, finished: false };
  expect(replayClock(replay)).toEqual({ speed: 60, label: "60 ×" });
  expect(replayClock({ ...replay, speed: "max" })).toEqual({ speed: null, label: "max" });
  expect(replayClock({ ...replay, finished: true })).toEqual({ speed: null, label: "finished" });
  expect(replayClock(null)).toBeNull();
});
