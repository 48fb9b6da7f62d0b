import { describe, expect, it } from "vitest";

import { lineName, lookOf, speaksForItself, squareWords, weeksOf } from "./verdicts";

const square = (session: string) => ({ session, verdict: "pass", why: "" });

describe("verdicts", () => {
  it("have a glyph and a word, not only a colour", () => {
    expect(["pass", "FAIL", "shown", "inconclusive", "odd"].map((verdict) => lookOf(verdict).glyph)).toEqual(["✓", "✕", "·", "…", "…"]);
    expect(lookOf("inconclusive").word).toBe("cannot tell yet");
  });

  it("have lines whose figure may say by itself what it counts", () => {
    expect(speaksForItself({ name: "gaps", figure: "0 gaps" })).toBe(true);
    expect(speaksForItself({ name: "gaps", figure: "0" })).toBe(false);
    expect(speaksForItself({ name: "lag", figure: "99 % within 20 ms" })).toBe(false);
    expect(speaksForItself({ name: "sign-off", figure: "nobody yet" })).toBe(false);
    expect(lineName({ name: "sign_off" })).toBe("sign off");
  });
});

describe("sessions", () => {
  it("stand in order, by the week that they are in", () => {
    const weeks = weeksOf(["2026-11-23", "2026-11-20", "2026-11-16", "2026-11-22"].map(square));
    expect(weeks.map(({ begins, squares }) => [begins, squares.map(({ session }) => session)])).toEqual([
      ["2026-11-16", ["2026-11-16", "2026-11-20", "2026-11-22"]],
      ["2026-11-23", ["2026-11-23"]],
    ]);
    expect(weeksOf([square("odd")])[0]?.begins).toBe("odd");
  });

  it("say their date, their verdict and why", () => {
    expect(squareWords({ session: "2026-11-18", verdict: "fail", why: "1 mismatch" })).toBe("Wed 2026-11-18: fails, 1 mismatch");
    expect(squareWords({ session: "odd", verdict: "pass", why: "" })).toBe("odd: passes");
  });
});
