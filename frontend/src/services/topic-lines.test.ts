import { describe, expect, it } from "vitest";

import { cursorOf, deliveryOf, judge, SNAPSHOT_SETTLES_MS, TopicLines } from "./topic-lines";

const BARS = "bars.USA.SPY";
const BALANCE = "balance.1";
const frame = (offset: number, epoch = "e", snapshot = false) => ({ epoch, offset, snapshot });

describe("deliveryOf", () => {
  it("knows the topics of the contract, and takes others as state", () => {
    expect(deliveryOf("bars.USA.BRK.B")).toBe("EVENT");
    expect(deliveryOf("bars_open.USA.SPY")).toBe("STATE");
    expect(deliveryOf("heartbeat")).toBe("VOLATILE");
    expect(deliveryOf("news.42")).toBe("STATE");
  });
});

describe("judge", () => {
  const held = { epoch: "e", offset: 5 };

  it.each([
    ["the next of an event topic", 6, "e", "EVENT", "next"],
    ["a jump in an event topic", 8, "e", "EVENT", "gap"],
    ["a jump in a state topic", 8, "e", "STATE", "next"],
    ["the same again", 5, "e", "EVENT", "old"],
    ["an older one", 3, "e", "STATE", "old"],
    ["another epoch in an event topic", 1, "f", "EVENT", "gap"],
    ["another epoch in a state topic", 1, "f", "STATE", "next"],
  ] as const)("%s", (_, offset, epoch, delivery, verdict) => {
    expect(judge(held, { epoch, offset }, delivery, false)).toBe(verdict);
  });

  it("takes a snapshot from anywhere, and anything when nothing is held", () => {
    expect(judge(held, { epoch: "f", offset: 1 }, "EVENT", true)).toBe("next");
    expect(judge(null, { epoch: "f", offset: 9 }, "EVENT", false)).toBe("next");
  });

  it("finds no cursor in a frame without one, or of a topic that nobody published to", () => {
    expect(cursorOf({})).toBeNull();
    expect(cursorOf({ epoch: "", offset: 0 })).toBeNull();
  });
});

describe("TopicLines", () => {
  it("follows a topic and asks with its cursor", () => {
    const lines = new TopicLines();
    expect(lines.request(BALANCE)).toBe(BALANCE);
    lines.take(BALANCE, frame(7), 0);
    expect(lines.request(BALANCE)).toEqual({ topic: BALANCE, cursor: "e:7" });
    expect(lines.take(BALANCE, {}, 0)).toBe("next");
  });

  it("lets nothing pass after a gap until the topic stands again, then goes on from where it was", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5), 0);
    expect(lines.take(BARS, frame(8), 0)).toBe("gap");
    expect(lines.take(BARS, frame(9), 0)).toBe("old");
    expect(lines.request(BARS)).toEqual({ topic: BARS, cursor: "e:5" });
    lines.stand(BARS, { epoch: "e", offset: 9 }, true);
    expect([6, 7, 8, 9].map((offset) => lines.take(BARS, frame(offset), 0))).toEqual(["next", "next", "next", "next"]);
  });

  it("counts from the beginning of a subscription that had nothing to show", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 3 }, false);
    expect(lines.take(BARS, frame(5), 0)).toBe("gap");
    lines.stand(BARS, { epoch: "e", offset: 5 }, false);
    expect(lines.take(BARS, frame(6), 0)).toBe("next");
  });

  it("never asks with the cursor of a beginning whose snapshot it has not", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 3 }, false);
    expect(lines.request(BARS)).toBe(BARS);
  });

  it("a reset begins anew at the told cursor", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5), 0);
    lines.restart(BARS, { epoch: "f", offset: 2 });
    expect(lines.cursor(BARS)).toBeNull();
    expect(lines.take(BARS, frame(2, "f", true), 0)).toBe("next");
    expect(lines.take(BARS, frame(3, "f"), 0)).toBe("next");
  });

  it("trusts a snapshot that was cut short by a lost socket as little as none", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(400, "e", true), 1000);
    lines.lostSocket(1000 + SNAPSHOT_SETTLES_MS - 1);
    expect(lines.request(BARS)).toBe(BARS);
  });

  it("trusts a snapshot that a later message, or time, has settled", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(400, "e", true), 1000);
    lines.take(BARS, frame(401), 1001);
    lines.take(BALANCE, frame(7, "e", true), 1000);
    lines.lostSocket(1002);
    expect(lines.cursor(BARS)).toEqual({ epoch: "e", offset: 401 });
    expect(lines.cursor(BALANCE)).toBeNull();
    lines.take(BALANCE, frame(7, "e", true), 2000);
    lines.lostSocket(2000 + SNAPSHOT_SETTLES_MS);
    expect(lines.cursor(BALANCE)).toEqual({ epoch: "e", offset: 7 });
  });

  it("a lost socket ends a mending, and the next subscription goes on from the cursor", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5), 0);
    lines.take(BARS, frame(8), 0);
    lines.lostSocket(99_000);
    expect(lines.request(BARS)).toEqual({ topic: BARS, cursor: "e:5" });
    expect(lines.take(BARS, frame(6), 0)).toBe("next");
  });

  it("forgets a topic that was let go", () => {
    const lines = new TopicLines();
    lines.take(BALANCE, frame(7), 0);
    lines.drop(BALANCE);
    expect(lines.request(BALANCE)).toBe(BALANCE);
  });
});
