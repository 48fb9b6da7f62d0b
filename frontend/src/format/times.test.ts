import { describe, expect, it } from "vitest";

import { age, clock, countdown, dateAfter, dateIn, day, hourMinute, instantOf, offsetIn, span, weekday } from "./times";

const AT = Date.parse("2026-11-20T19:31:07Z");

describe("times", () => {
  it("say an age in its own unit", () => {
    const ages: [number, string][] = [
      [-50, "now"],
      [999, "now"],
      [1000, "1 s"],
      [119_999, "119 s"],
      [120_000, "2 min"],
      [7_200_000, "2 h"],
      [172_800_000, "2 d"],
    ];
    for (const [ms, words] of ages) expect(age(ms)).toBe(words);
  });

  it("say a short stretch with its fraction", () => {
    expect([120, 998, 9960, 180_000].map(span)).toEqual(["120 ms", "998 ms", "10.0 s", "3 min"]);
  });

  it("count down without doubt about the unit", () => {
    expect([-3, 42.9, 60, 1625, 3600, 16_085, 86_400, 223_200].map(countdown)).toEqual([
      "0s", "42s", "1m 00s", "27m 05s", "1h 00m", "4h 28m", "1d 0h", "2d 14h",
    ]);
  });

  it("show a moment where somebody is", () => {
    expect(clock(AT, "America/New_York")).toBe("14:31:07");
    expect(hourMinute(AT, "Asia/Tokyo")).toBe("04:31");
    expect(weekday(AT, "Asia/Tokyo")).toBe("Sat");
    expect(day(AT, "UTC")).toBe("20 Nov 2026");
    expect(dateIn(AT, "Asia/Tokyo")).toBe("2026-11-21");
    expect(dateAfter("2026-12-31", 1)).toBe("2027-01-01");
    expect(offsetIn(AT, "Asia/Kolkata")).toBe(5.5 * 3_600_000);
    expect(offsetIn(AT, "America/New_York")).toBe(-5 * 3_600_000);
  });

  it("know daylight saving, and midnight as 00", () => {
    expect(hourMinute(Date.parse("2013-10-08T13:30:00Z"), "America/New_York")).toBe("09:30");
    expect(hourMinute(Date.parse("2026-11-20T00:00:00Z"), "UTC")).toBe("00:00");
  });

  it("find the moment of a wall clock, on the days of changing clocks too", () => {
    const at = (date: string, minutes: number, zone: string) => new Date(instantOf(date, minutes, zone)).toISOString().slice(0, 16);
    expect(at("2026-11-20", 0, "Asia/Tokyo")).toBe("2026-11-19T15:00");
    expect(at("2026-03-08", 0, "America/New_York")).toBe("2026-03-08T05:00");
    expect(at("2026-03-08", 1440, "America/New_York")).toBe("2026-03-09T04:00");
    expect(at("2026-11-01", 1440, "America/New_York")).toBe("2026-11-02T05:00");
    expect(at("2026-10-04", 180, "Australia/Sydney")).toBe("2026-10-03T16:00");
  });

  it("show nothing for no moment, and UTC for a zone that is none", () => {
    expect(clock(NaN, "UTC")).toBe("–");
    expect(hourMinute(AT, "Mars/Olympus")).toBe("19:31");
  });
});
