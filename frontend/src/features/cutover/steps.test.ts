import { describe, expect, it } from "vitest";

import { makeMove } from "@/testing/console-factories";

import { effectOf, isBack, moveWords, placeOf, stageWords, stepsOf, type Act } from "./steps";

const share = { percent: 25, cohort: "" };
const step = (stage: string, act: Act) => {
  const found = stepsOf(stage).find((one) => one.act === act);
  if (!found) throw new Error(`no ${act} in ${stage}`);
  return found;
};

describe("stepsOf", () => {
  it.each([
    ["off", ["Advance to shadow"]],
    ["shadow", ["Advance to canary"]],
    ["canary", ["Advance to live", "Widen", "Roll back"]],
    ["live", ["Advance to sunset", "Sign off", "Roll back"]],
    ["sunset", ["Advance to retired", "Roll back"]],
    ["retired", ["Roll back"]],
    ["something new", ["Roll back"]],
  ])("gives what may be done in %s", (stage, labels) => {
    expect(stepsOf(stage).map(({ label }) => label)).toEqual(labels);
  });

  it("asks for a share of users where a canary is meant, and posts it to the canary's path", () => {
    expect(step("shadow", "advance")).toMatchObject({ path: "canary", to: "canary", asksShare: true });
    expect(step("canary", "advance")).toMatchObject({ path: "advance", to: "live", asksShare: false });
  });
});

describe("effectOf", () => {
  const effect = (stage: string, act: Act, dashboards = 412, percent = 10) => effectOf(step(stage, act), { stage, percent }, share, dashboards);

  it("says what will happen to whom", () => {
    expect(effect("off", "advance")).toContain("published and compared");
    expect(effect("shadow", "advance")).toBe("25 % of all users are shown what is pushed, always the same ones; everybody else goes on with REST.");
    expect(effectOf(step("shadow", "advance"), { stage: "shadow", percent: 0 }, { percent: 100, cohort: "" }, 1)).toMatch(/^All users are shown/);
    expect(effectOf(step("shadow", "advance"), { stage: "shadow", percent: 0 }, { percent: 100, cohort: "paper" }, 1)).toMatch(/^The paper users/);
    expect(effect("canary", "advance")).toContain("all 412 dashboards that are open show what is pushed and stop polling");
    expect(effect("live", "advance")).toContain("Deprecation and Sunset headers");
    expect(effect("sunset", "advance")).toContain("410");
    expect(effect("live", "sign-off")).toContain("Your name stands for it");
  });

  it("tells a wider canary from a narrower one", () => {
    expect(effect("canary", "widen")).toBe("The canary goes from 10 % to 25 % of all users. Whoever is in stays in.");
    expect(effect("canary", "widen", 1, 50)).toContain("Narrowing needs no evidence.");
    expect(effectOf(step("canary", "widen"), { stage: "canary", percent: 10 }, { percent: 25, cohort: "paper" }, 1)).toContain("25 % of the paper users");
  });

  it("says of a roll back that REST is shown again, and open again where it was retired", () => {
    expect(effect("live", "rollback", 1)).toMatch(/^Within a second the one dashboard that is open show/);
    expect(effect("live", "rollback")).not.toContain("REST is open to programs");
    expect(effect("retired", "rollback")).toContain("REST is open to programs again at once");
  });
});

describe("a move in words", () => {
  it("has the share before and after", () => {
    const before = makeMove({ version: 3, from_stage: "shadow", percent: 10 });
    expect(moveWords(makeMove(), [before])).toBe("canary 10 % → 25 %");
    expect(moveWords(makeMove(), [])).toBe("canary → 25 %");
    expect(moveWords(before, [])).toBe("shadow → canary 10 %");
    expect(moveWords(makeMove({ to_stage: "live", percent: 0 }), [before])).toBe("canary 10 % → live");
    expect(stageWords({ stage: "canary", percent: 10, cohort: "paper" })).toBe("canary 10 % of paper");
  });

  it("is one back where it leads to an earlier stage", () => {
    expect(isBack(makeMove({ from_stage: "live", to_stage: "shadow" }))).toBe(true);
    expect(isBack(makeMove())).toBe(false);
    expect(placeOf("something new")).toBe(-1);
  });
});
