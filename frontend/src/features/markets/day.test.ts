import { describe, expect, it } from "vitest";

import { dayOf, segmentsOf } from "./day";

const NEW_YORK = "America/New_York";
const at = (text: string): number => Date.parse(text);

describe("a venue's day", () => {
  it("goes from midnight to midnight where the venue is", () => {
    expect(dayOf(at("2026-11-20T19:31:07Z"), NEW_YORK)).toEqual({
      date: "2026-11-20",
      minute: 14 * 60 + 31,
      midnight: at("2026-11-20T05:00:00Z"),
    });
    expect(dayOf(NaN, NEW_YORK)).toBeNull();
  });

  it("shows the sessions within it, cut at midnight", () => {
    const day = dayOf(at("2026-11-20T19:31:07Z"), NEW_YORK);
    const sessions = [
      { opens: at("2026-11-20T14:30:00Z"), closes: at("2026-11-20T21:00:00Z") },
      { opens: at("2026-11-19T23:00:00Z"), closes: at("2026-11-20T06:00:00Z") },
      { opens: at("2026-11-18T14:30:00Z"), closes: at("2026-11-18T21:00:00Z") },
    ];
    expect(segmentsOf(sessions, day)).toEqual([{ from: 570, to: 960 }, { from: 0, to: 60 }]);
    expect(segmentsOf(sessions, null)).toEqual([]);
  });
});
