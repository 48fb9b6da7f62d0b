import { describe, expect, it } from "vitest";

import { cursorOf, deliveryOf, judge, TopicLines } from "./topic-lines";

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
    lines.take(BALANCE, frame(7));
    expect(lines.request(BALANCE)).toEqual({ topic: BALANCE, cursor: "e:7" });
    expect(lines.take(BALANCE, {})).toBe("next");
  });

  it("lets nothing pass after a gap until the topic stands again, then goes on from where it was", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5));
    expect(lines.take(BARS, frame(8))).toBe("gap");
    expect(lines.take(BARS, frame(9))).toBe("old");
    expect(lines.request(BARS)).toEqual({ topic: BARS, cursor: "e:5" });
    lines.stand(BARS, { epoch: "e", offset: 9 }, true, 4);
    expect([6, 7, 8, 9].map((offset) => lines.take(BARS, frame(offset)))).toEqual(["next", "next", "next", "next"]);
  });

  it("counts from the beginning of a subscription that had nothing to show", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 3 }, false, 0);
    expect(lines.take(BARS, frame(5))).toBe("gap");
    lines.stand(BARS, { epoch: "e", offset: 5 }, false, 0);
    expect(lines.take(BARS, frame(6))).toBe("next");
  });

  it("never asks with the cursor of a beginning whose snapshot it has not", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 3 }, false, 0);
    expect(lines.request(BARS)).toBe(BARS);
  });

  it("a reset begins anew at the told cursor", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5));
    lines.restart(BARS, { epoch: "f", offset: 2 });
    expect(lines.cursor(BARS)).toBeNull();
    expect(lines.take(BARS, frame(2, "f", true))).toBe("next");
    expect(lines.take(BARS, frame(3, "f"))).toBe("next");
  });

  it("trusts half a snapshot as little as none", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 400 }, false, 2);
    lines.take(BARS, frame(400, "e", true));
    expect(lines.request(BARS)).toBe(BARS);
    lines.lostSocket();
    expect(lines.request(BARS)).toBe(BARS);
  });

  it("stands where a snapshot ends once it has all its rows", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "e", offset: 400 }, false, 2);
    lines.take(BARS, frame(400, "e", true));
    lines.take(BARS, frame(400, "e", true));
    expect(lines.request(BARS)).toEqual({ topic: BARS, cursor: "e:400" });
    expect(lines.take(BARS, frame(401))).toBe("next");
    lines.lostSocket();
    expect(lines.cursor(BARS)).toEqual({ epoch: "e", offset: 401 });
  });

  it("waits for the rows of a snapshot that follows a reset", () => {
    const lines = new TopicLines();
    lines.stand(BARS, { epoch: "f", offset: 2 }, false, 2);
    lines.restart(BARS, { epoch: "f", offset: 2 });
    lines.take(BARS, frame(2, "f", true));
    expect(lines.cursor(BARS)).toBeNull();
    lines.take(BARS, frame(2, "f", true));
    expect(lines.cursor(BARS)).toEqual({ epoch: "f", offset: 2 });
  });

  it("a lost socket ends a mending, and the next subscription goes on from the cursor", () => {
    const lines = new TopicLines();
    lines.take(BARS, frame(5));
    lines.take(BARS, frame(8));
    lines.lostSocket();
    expect(lines.request(BARS)).toEqual({ topic: BARS, cursor: "e:5" });
    expect(lines.take(BARS, frame(6))).toBe("next");
  });

  it("forgets a topic that was let go", () => {
    const lines = new TopicLines();
    lines.take(BALANCE, frame(7));
    lines.drop(BALANCE);
    expect(lines.request(BALANCE)).toBe(BALANCE);
  });
});
