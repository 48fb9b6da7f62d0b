import { describe, expect, it, vi } from "vitest";

import { bodyOf, take, type Wish } from "./post";
import { stepsOf } from "./steps";

const first = (stage: string) => stepsOf(stage)[0] ?? expect.fail("no step");
const wish = (differing: Partial<Wish> = {}): Wish => ({
  step: first("canary"),
  feature: "positions",
  reason: " two clean sessions ",
  version: 4,
  share: { percent: 25, cohort: "paper" },
  force: false,
  ...differing,
});
const answers = (status: number, body: unknown) => {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
const LINE = { name: "sessions", verdict: "inconclusive", figure: "1 of 2", missing: "1 more session" };

describe("a step's body", () => {
  it("says why, from which version, and where to", () => {
    expect(bodyOf(wish())).toEqual({ reason: "two clean sessions", expected_version: 4, to: "live" });
  });

  it("has a share where a canary is meant, and force only where it was asked for", () => {
    expect(bodyOf(wish({ step: first("shadow"), force: true }))).toEqual({
      reason: "two clean sessions",
      expected_version: 4,
      percent: 25,
      cohort: "paper",
      force: true,
    });
  });
});

describe("taking a step", () => {
  it("is done", async () => {
    const fetched = answers(200, {});
    expect(await take(wish())).toEqual({ kind: "done" });
    expect(fetched).toHaveBeenCalledWith("/api/cutover/positions/advance/", expect.objectContaining({ method: "POST" }));
  });

  it("is refused by the gate, with its lines", async () => {
    answers(422, { detail: "Not yet.", lines: [LINE] });
    expect(await take(wish())).toEqual({ kind: "refused", detail: "Not yet.", lines: [LINE] });
  });

  it("fails where it was refused for something else, with the fields that were wrong", async () => {
    answers(422, { detail: "Not so.", errors: [{ field: "percent", message: "1 to 100" }] });
    expect(await take(wish())).toEqual({ kind: "failed", detail: "Not so. percent: 1 to 100" });
    answers(422, { detail: "Not so.", lines: ["odd"] });
    expect(await take(wish())).toEqual({ kind: "failed", detail: "Not so." });
  });

  it("says that somebody else was faster", async () => {
    answers(409, { detail: "It is at version 5." });
    expect(await take(wish())).toEqual({ kind: "moved_on", detail: "It is at version 5." });
  });

  it("fails where nobody answers", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("gone")));
    expect(await take(wish())).toEqual({ kind: "failed", detail: "The server cannot be reached." });
  });
});
