import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { makeMarket, makeSessionRow, makeVenue } from "@/testing/factories";
import { inStage, type FakeServer } from "@/testing/fakeServer";
import { pass, renderApp } from "@/testing/renderApp";

const TOKYO = makeVenue({ mic: "XTKS", name: "Tokyo Stock Exchange", city: "Tokyo", time_zone: "Asia/Tokyo", place: 0, weight: 20, region: "ASIA" });
const CLOSED = makeMarket({ mic: "XTKS", status: "CLOSED", phase: "HOLIDAY", next_event: "OPEN", next_event_at: "2026-11-24T00:00:00Z" });

/** New York closes early; Tokyo (04:31 on the 21st) has a holiday. */
function prepare(server: FakeServer): void {
  server.answer("GET /api/markets/", { items: [makeVenue({ weight: 60 }), TOKYO], next: null });
  server.answer("GET /api/markets/status/", {
    items: [makeMarket(), CLOSED].map((one) => ({ ...one, topic: `markets.${one.mic}`, cursor: "r:1" })),
    next: null,
  });
  const early = makeSessionRow({ kind: "EARLY_CLOSE", name: "Day after Thanksgiving" });
  const holiday = makeSessionRow({ date: "2026-11-21", kind: "HOLIDAY", name: "Labor Thanksgiving Day", opens_at: null, closes_at: null });
  server.answer("GET /api/markets/XNYS/sessions/", { items: [early], next: null });
  server.answer("GET /api/markets/XTKS/sessions/", { items: [holiday], next: null });
}

async function renderStrip(stage = "shadow") {
  const { server } = await renderApp(inStage(stage), prepare);
  server.welcome();
  await pass(1000);
  return server;
}

const strip = () => within(screen.getByRole("region", { name: "Markets of the world" }));
const cell = (name: RegExp) => strip().getByRole("button", { name });

describe("the strip", () => {
  it("says each venue's phase, next event, and what is exceptional about its day", async () => {
    await renderStrip();
    expect(cell(/Tokyo/).textContent).toBe("TokyoSat 04:31◌ holidayopens 3d 4hLabor Thanksgiving Day");
    expect(cell(/New York/).textContent).toBe("New YorkearlyFri 14:31● openshuts 1h 28m");
    expect(cell(/New York/).title).toContain("early close: Day after Thanksgiving");
  });

  it("counts on without the server", async () => {
    const server = await renderStrip("live");
    server.publish("markets.XNYS", { type: "market_status", data: makeMarket({ next_event_at: "2026-11-20T19:33:08Z" }) });
    await pass(1000);
    expect(cell(/New York/).textContent).toContain("shuts 1m 59s");
    await pass(61_000);
    expect(cell(/New York/).textContent).toContain("shuts 58s");
  });

  it("opens and shuts at the very second, before the server has said so", async () => {
    const server = await renderStrip("live");
    const soon = makeMarket({ next_event_at: "2026-11-20T19:31:20Z", phase: "PRECLOSE" });
    server.publish("markets.XNYS", { type: "market_status", data: soon });
    await pass(1000);
    expect(cell(/World open/).textContent).toContain("75 of 100");
    await pass(12_000);
    expect(cell(/New York/).textContent).toContain("○ closed–");
    expect(cell(/World open/).textContent).toContain("quiet0 of 100");
  });

  it("weighs how much of the world is open, anew with every pushed status", async () => {
    const server = await renderStrip("live");
    server.publish("markets.XNYS", { type: "market_status", data: makeMarket() });
    await pass(50);
    expect(cell(/World open/).textContent).toContain("American75 of 100");
    server.publish("markets.XTKS", { type: "market_status", data: { ...CLOSED, status: "OPEN", phase: "OPEN" } });
    await pass(50);
    expect(cell(/World open/).textContent).toContain("overlap100 of 100");
    expect(server.count("GET /api/markets/status/")).toBe(0);
  });

  it("is one stop of the Tab key; the arrows go from venue to venue", async () => {
    await renderStrip();
    cell(/Tokyo/).focus();
    fireEvent.keyDown(cell(/Tokyo/), { key: "ArrowRight" });
    expect(document.activeElement).toBe(cell(/New York/));
    expect([cell(/Tokyo/).tabIndex, cell(/New York/).tabIndex]).toEqual([-1, 0]);
    fireEvent.keyDown(cell(/New York/), { key: "Home" });
    expect(document.activeElement).toBe(cell(/Tokyo/));
    fireEvent.keyDown(cell(/Tokyo/), { key: "x" });
    expect(document.activeElement).toBe(cell(/Tokyo/));
  });
});

describe("the day", () => {
  const dialog = () => within(screen.getByRole("dialog", { name: "Markets on Fri 20 Nov 2026" }));
  const row = (name: string) => dialog().getByText(name, { selector: "li b" }).closest("li");

  it("opens at the venue that was clicked: a bar for each session, a band for a holiday, a line for now", async () => {
    await renderStrip();
    fireEvent.click(cell(/New York/));
    expect(row("New York")?.getAttribute("aria-current")).toBe("true");
    expect(row("New York")?.querySelector(".day-bar")?.getAttribute("title")).toContain("09:30–16:00 in New York");
    expect(row("New York")?.textContent).toContain("early close: Day after Thanksgiving");
    expect(row("Tokyo")?.querySelector(".day-holiday")?.textContent).toBe("Labor Thanksgiving Day");
    expect(dialog().getByText("Berlin").nextSibling?.textContent).toBe("00020406081012141618202200");
    expect(dialog().getByText("UTC").nextSibling?.textContent).toMatch(/^2301/);
    const line = dialog().getByTestId("now");
    const before = line.style.left;
    await pass(60_000);
    expect(parseFloat(line.style.left)).toBeGreaterThan(parseFloat(before));
  });

  it("opens by its key and at the world, and closes", async () => {
    await renderStrip();
    fireEvent.keyDown(document.body, { key: "m" });
    await pass();
    expect(row("Tokyo")?.getAttribute("aria-current")).toBe("false");
    fireEvent.click(dialog().getByRole("button", { name: /Close/ }));
    expect(screen.queryByRole("dialog")).toBeNull();
    fireEvent.click(cell(/World open/));
    fireEvent.click(screen.getByRole("dialog"));
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
