import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { SEND_EVERY_MS } from "@/services/samples";
import { makePosition, makePositions, makeStage } from "@/testing/factories";
import { inStage, type FakeServer } from "@/testing/fakeServer";
import { pass, renderApp } from "@/testing/renderApp";

const POSITIONS = "GET /api/accounts/1/positions/";
const SAMPLES = "POST /api/cutover/samples/";
const monitor = () => within(screen.getByRole("region", { name: "Data sources" }));
const row = (title: string): string => monitor().getByRole("row", { name: new RegExp(`^${title}`) }).textContent ?? "";
const openRow = async (title: string) => {
  fireEvent.click(monitor().getByRole("button", { name: title }));
  await pass(10);
  return within(screen.getByRole("dialog"));
};
const fact = (dialog: ReturnType<typeof monitor>, name: string): string => dialog.getByText(name).nextElementSibling?.textContent ?? "";
const push = (server: FakeServer, pnl: number) => server.publish("positions.1", { type: "positions", data: makePositions(makePosition({ pnl })) });

/** Socket and REST told of the same place, and did not agree. */
async function differ(): Promise<FakeServer> {
  const { server } = await renderApp();
  server.welcome();
  push(server, 5);
  server.answer(POSITIONS, makePositions(makePosition({ pnl: 6 })), 200, '"r:101"');
  server.answer(SAMPLES, { outcomes: ["ignored"] });
  await pass(10_100);
  return server;
}

describe("the shadow monitor", () => {
  it("counts messages, their cadence and what was equal, and says which source is read", async () => {
    const { server } = await renderApp();
    server.welcome();
    for (const pnl of [1, 2]) {
      push(server, pnl);
      await pass(10_000);
    }
    expect(row("Positions")).toMatch(/^Positions○ shadowREST210\.0 s/);
    const dialog = await openRow("Positions");
    expect(fact(dialog, "Messages")).toMatch(/^2, the last (9|10) s ago$/);
    expect(fact(dialog, "Cadence")).toBe("one run each 10.0 s; its job is set to 10.0 s");
    expect(fact(dialog, "Source")).toMatch(/^REST \(Shadow\) since \d\d:\d\d:\d\d, as its stage says$/);
    expect(dialog.getByText("No difference was seen here.")).toBeDefined();
    fireEvent.click(dialog.getByRole("button", { name: /Close/ }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("shows the last difference in full: each field, and both payloads", async () => {
    await differ();
    expect(row("Positions")).toContain("≠ 0/1");
    fireEvent.click(monitor().getByRole("button", { name: "in full" }));
    await pass(10);
    const dialog = within(screen.getByRole("dialog", { name: "Where Positions comes from" }));
    expect(fact(dialog, "Compared")).toBe("0 equal, 1 different, 0 ignored by rule");
    expect(dialog.getByRole("row", { name: "positions[SPY].pnl 6 5" })).toBeDefined();
    expect(JSON.parse(dialog.getByLabelText("What Socket said").textContent)).toEqual(makePositions(makePosition({ pnl: 5 })));
    expect(dialog.getByText("r:101")).toBeDefined();
  });

  it("sends what it compared, and takes the server's word that a rule lets it pass", async () => {
    const server = await differ();
    expect(server.count(SAMPLES)).toBe(0);
    await pass(SEND_EVERY_MS);
    const sample = { topic: "positions.1", cursor: "r:101", rest: makePositions(makePosition({ pnl: 6 })), socket: makePositions(makePosition({ pnl: 5 })) };
    expect(server.bodies[SAMPLES]).toEqual([{ samples: [sample] }]);
    expect(row("Positions")).not.toContain("≠");
    expect(fact(await openRow("Positions"), "Compared")).toBe("0 equal, 0 different, 1 ignored by rule");
  });

  it("says since when and why a feature falls back", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    server.end(1006);
    await pass(7000);
    expect(monitor().getByText(/^△ Positions: REST since/).textContent).toMatch(/REST since \d\d:\d\d:\d\d, the socket is gone$/);
    expect(fact(await openRow("Positions"), "Source")).toMatch(/^REST \(Fallback\) since .* the socket is gone$/);
    server.welcome();
    await pass(1000);
    expect(monitor().queryByText(/REST since/)).toBeNull();
  });

  it("says who moved it and why, for whom a canary is, and that the watch keeps it back", async () => {
    const { server } = await renderApp();
    server.welcome();
    const canary = makeStage({ stage: "canary", percent: 25, cohort: "paper", by: "ann", reason: "a try", changed_at: "2026-11-20T19:31:00Z", version: 9 });
    const held = makeStage({ feature: "intraday", by: "watch", reason: "stale 34 s", held_until: "2026-11-20T20:01:07Z", version: 9 });
    server.publish("stages", { type: "stages", data: { stages: [canary, held], timestamp: "2026-11-20T19:31:00Z" } });
    await pass(10);
    const positions = await openRow("Positions");
    expect(fact(positions, "Stage")).toBe("◐ canary for 25 % of the paper users; your place is 50 of 100");
    expect(fact(positions, "Moved")).toMatch(/^by ann, 20:31:00: a try$/);
    fireEvent.click(positions.getByRole("button", { name: /Close/ }));
    expect(fact(await openRow("Bars"), "Kept back")).toBe("until 21:01:07: the watch took it back");
  });
});
