import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError, csrfToken, get, giveUpReads, post, read, remove } from "./api";

const fetched = vi.fn<typeof fetch>();
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers });
const sentHeaders = (): Record<string, string> => fetched.mock.lastCall?.[1]?.headers as Record<string, string>;

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => {
  fetched.mockReset();
  document.cookie = "csrftoken=; max-age=0";
});

describe("giving up", () => {
  it("ends what is under way, and nothing that begins later", async () => {
    fetched.mockImplementation((_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", reject)));
    const own = new AbortController();
    const reading = Promise.allSettled([read("/api/x/"), read("/api/y/", { signal: own.signal })]);
    giveUpReads();
    expect((await reading).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(own.signal.aborted).toBe(false);
    fetched.mockResolvedValue(answer(200, {}));
    expect((await read("/api/x/")).kind).toBe("fresh");
  });
});

describe("reading", () => {
  it("gives the body with its cursor and moment", async () => {
    fetched.mockResolvedValue(answer(200, { cash: 1 }, { ETag: '"e:4"', "X-As-Of": "2026-11-20T19:31:00Z" }));
    expect(await read("/api/x/")).toEqual({ kind: "fresh", body: { cash: 1 }, etag: '"e:4"', asOf: "2026-11-20T19:31:00Z" });
    expect(sentHeaders()).not.toHaveProperty("If-None-Match");
  });

  it("sends the ETag of what is held, and knows a 304", async () => {
    fetched.mockResolvedValue(answer(304, null));
    expect(await read("/api/x/", { etag: '"e:4"' })).toEqual({ kind: "unchanged" });
    expect(sentHeaders()["If-None-Match"]).toBe('"e:4"');
    expect(await get("/api/x/")).toBeNull();
  });

  it("says why a dashboard reads a feature, and of anything else nothing", async () => {
    fetched.mockResolvedValue(answer(304, null));
    await read("/api/x/", { reads: "timer" });
    expect(sentHeaders()["X-Thor-Client"]).toBe("dashboard; reads=timer");
    await get("/api/x/", "fallback");
    expect(sentHeaders()["X-Thor-Client"]).toBe("dashboard; reads=fallback");
    await get("/api/x/");
    expect(sentHeaders()).not.toHaveProperty("X-Thor-Client");
  });

  it("knows 204: nothing was recorded yet", async () => {
    fetched.mockResolvedValue(answer(204, null));
    expect(await read("/api/x/")).toEqual({ kind: "nothing" });
  });

  it("turns problem details into an error that can be shown, with its fields", async () => {
    const errors = [{ field: "symbol", message: "is missing" }, "odd", { field: 1 }];
    fetched.mockResolvedValue(answer(422, { title: "Invalid", detail: "No symbol.", errors }));
    await expect(read("/api/x/")).rejects.toMatchObject({
      status: 422,
      detail: "No symbol.",
      fields: [{ field: "symbol", message: "is missing" }],
      problem: { title: "Invalid" },
    });
  });

  it.each([
    [{ title: "Gone" }, "Gone"],
    [{}, "The server answered 500."],
    [[], "The server answered 500."],
    ["text", "The server answered 500."],
  ])("has words where the server has few: %j", async (body, words) => {
    fetched.mockResolvedValue(answer(500, body));
    await expect(get("/api/x/")).rejects.toThrow(words);
  });

  it("says when nobody answers, and when the answer is no JSON", async () => {
    fetched.mockRejectedValueOnce(new TypeError("failed"));
    await expect(get("/api/x/")).rejects.toMatchObject({ status: 0, detail: "The server cannot be reached." });
    fetched.mockResolvedValue(new Response("<html>"));
    await expect(get("/api/x/")).rejects.toBeInstanceOf(ApiError);
  });
});

describe("changing", () => {
  it("carries the CSRF cookie in its header", async () => {
    document.cookie = "csrftoken=s%20ecret";
    fetched.mockResolvedValue(answer(200, { ok: true }));
    expect(await post("/api/session/", { a: 1 })).toEqual({ ok: true });
    expect(sentHeaders()).toMatchObject({ "X-CSRFToken": "s ecret", "Content-Type": "application/json" });
    expect(fetched.mock.lastCall?.[1]).toMatchObject({ method: "POST", body: '{"a":1}', credentials: "same-origin" });
  });

  it("is content with 204", async () => {
    fetched.mockResolvedValue(answer(204, null));
    await expect(remove("/api/session/")).resolves.toBeUndefined();
    expect(sentHeaders()).not.toHaveProperty("Content-Type");
  });

  it("finds the token among other cookies, and none where there is none", () => {
    expect(csrfToken("a=1; csrftoken=xyz; b=2")).toBe("xyz");
    expect(csrfToken("xcsrftoken=1")).toBe("");
  });
});
