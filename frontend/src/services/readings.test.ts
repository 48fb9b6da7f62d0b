import { describe, expect, it } from "vitest";

import { makeReading } from "@/testing/factories";

import { confirm, cursorText, fold, forget, newestAsOf, parseCursor, supersedes, type Reading } from "./readings";

const socket = { at: 100, via: "socket" } as const;
const at = (offset: number, payload: string, epoch = "e"): Reading<string> =>
  makeReading(payload, { cursor: { epoch, offset } });
const payloads = (rows: Readonly<Record<string, Reading<string>>>): string[] =>
  Object.values(rows).map((row) => row.payload);

describe("a cursor", () => {
  it("is read from a cursor, from an ETag, and written back", () => {
    expect(parseCursor("9f1c22ab:20411")).toEqual({ epoch: "9f1c22ab", offset: 20411 });
    expect(parseCursor('"9f:2"')).toEqual({ epoch: "9f", offset: 2 });
    expect(parseCursor('W/"9f:2"')).toEqual({ epoch: "9f", offset: 2 });
    expect(cursorText({ epoch: "9f", offset: 2 })).toBe("9f:2");
  });

  it.each(["", '"abcdef0123"', "9f:", "9f:x", "9f:-1", ":0", null, undefined])("is none in %s", (text) => {
    expect(parseCursor(text)).toBeNull();
  });
});

describe("the guard", () => {
  it("lets the lower offset of the same epoch lose", () => {
    expect(supersedes(at(4, "old"), at(5, "held"))).toBe(false);
    expect(supersedes(at(6, "new"), at(5, "held"))).toBe(true);
  });

  it("keeps the held row where the incoming one is the same publication", () => {
    expect(supersedes(at(5, "same"), at(5, "held"))).toBe(false);
  });

  it("lets what was heard first lose where two epochs have no order", () => {
    const held = { ...at(5, "held"), heardAt: 100 };
    expect(supersedes({ ...at(9, "late answer", "f"), heardAt: 99 }, held)).toBe(false);
    expect(supersedes({ ...at(1, "reborn", "f"), heardAt: 100 }, held)).toBe(true);
  });

  it("takes what has another epoch, another topic or no cursor", () => {
    expect(supersedes(at(1, "reborn", "f"), at(5, "held"))).toBe(true);
    expect(supersedes(makeReading("x", { topic: "other", cursor: { epoch: "e", offset: 1 } }), at(5, "held"))).toBe(true);
    expect(supersedes(makeReading("x", { cursor: null }), at(5, "held"))).toBe(true);
    expect(supersedes(at(1, "first"), undefined)).toBe(true);
  });

  it("puts a closed bar over the open one, whatever their cursors, and never back", () => {
    const open = makeReading("open", { topic: "bars_open", rank: 0, cursor: { epoch: "e", offset: 900 } });
    const closed = makeReading("closed", { topic: "bars", rank: 1, cursor: { epoch: "e", offset: 3 } });
    expect(supersedes(closed, open)).toBe(true);
    expect(supersedes(open, closed)).toBe(false);
  });
});

describe("fold", () => {
  it("ends in the newest, in whatever order things come and however often", () => {
    const all = [at(1, "a"), at(2, "b"), at(3, "c")];
    const orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1, 2, 1]];
    for (const order of orders) {
      const slot = order.reduce<ReturnType<typeof fold<string>> | undefined>((held, index) => {
        const next = all[index];
        return fold(held, next ? [next] : [], socket);
      }, undefined);
      expect(payloads(slot?.rows ?? {})).toEqual(["c"]);
    }
  });

  it("keeps the very row where nothing is newer, and says when the last word came", () => {
    const first = fold(undefined, [at(3, "a")], socket);
    const again = fold(first, [at(3, "a")], { at: 200, via: "rest" });
    expect(again.rows["positions.1"]).toBe(first.rows["positions.1"]);
    expect(again).toMatchObject({ receivedAt: 200, via: "rest" });
  });

  it("drops a topic's rows when another epoch begins, and no other topic's", () => {
    const rows = [
      makeReading("old", { topic: "bars", row: "1" }),
      makeReading("old", { topic: "bars", row: "2" }),
      makeReading("other", { topic: "bars_open", row: "3" }),
    ];
    const next = makeReading("new", { topic: "bars", row: "2", cursor: { epoch: "f", offset: 1 } });
    expect(payloads(fold(fold(undefined, rows, socket), [next], socket).rows).sort()).toEqual(["new", "other"]);
  });

  it("takes nothing of a former life from an answer that was asked for before the new one began", () => {
    const reborn = fold(undefined, [makeReading("new", { row: "1", cursor: { epoch: "f", offset: 1 } })], socket);
    const late = [makeReading("old", { row: "1" }), makeReading("older", { row: "2" })];
    expect(payloads(fold(reborn, late, { at: 200, via: "rest", asked: 90 }).rows)).toEqual(["new"]);
    expect(payloads(fold(reborn, late, { at: 200, via: "rest", asked: 110 }).rows)).toEqual(["old", "older"]);
  });

  it("keeps rows that had no cursor when the topic's first publication comes", () => {
    const silent = makeReading("silent", { topic: "bars", row: "1", cursor: null });
    const first = makeReading("first", { topic: "bars", row: "2" });
    expect(payloads(fold(fold(undefined, [silent], socket), [first], socket).rows)).toEqual(["silent", "first"]);
  });

  it("remembers the ETag of the last poll and leaves it alone when the socket writes", () => {
    const polled = fold(undefined, [at(1, "a")], { at: 1, via: "rest", etag: '"e:1"' });
    expect(fold(polled, [at(2, "b")], socket).etag).toBe('"e:1"');
    expect(fold(polled, [], { at: 2, via: "rest", etag: null }).etag).toBeNull();
  });

  it("holds at most 2000 rows: the newest", () => {
    const many = Array.from({ length: 2100 }, (_, n) => makeReading(String(n), { row: String(10_000 + n) }));
    const rows = fold(undefined, many, socket).rows;
    expect(Object.keys(rows)).toHaveLength(2000);
    expect(rows["10000"]).toBeUndefined();
    expect(rows["12099"]?.payload).toBe("2099");
  });
});

describe("what happens to a slot besides", () => {
  const slot = fold(undefined, [at(1, "a"), makeReading("b", { topic: "other", row: "other" })], {
    at: 1,
    via: "rest",
    etag: '"x"',
  });

  it("a 304 keeps the rows and makes them fresh", () => {
    expect(confirm(slot, 50)).toEqual({ ...slot, receivedAt: 50, via: "rest" });
  });

  it("a reset forgets the topic's rows, and the ETag that spoke of them", () => {
    const left = forget(slot, "positions.1");
    expect(payloads(left.rows)).toEqual(["b"]);
    expect(left.etag).toBeNull();
  });

  it("is as of its newest row, and of nothing where a row does not say", () => {
    const rows = [
      makeReading("a", { row: "1", asOf: "2026-11-20T19:31:00Z" }),
      makeReading("b", { row: "2", asOf: "2026-11-20T19:31:00.5Z" }),
    ];
    expect(newestAsOf(fold(undefined, rows, socket))).toBe("2026-11-20T19:31:00.5Z");
    expect(newestAsOf(fold(undefined, [...rows, makeReading("c", { row: "3", asOf: "" })], socket))).toBeNull();
    expect(newestAsOf(fold(undefined, [], socket))).toBeNull();
  });
});
