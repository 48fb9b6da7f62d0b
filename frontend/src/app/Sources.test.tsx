import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { makeBalance } from "@/testing/factories";
import { inStage, type FakeServer } from "@/testing/fakeServer";
import { pass, renderApp } from "@/testing/renderApp";

const BALANCE = "GET /api/accounts/1/balance/";
const account = () => within(screen.getByRole("region", { name: "Account" }));
const cash = (): string => account().getByText("Cash").nextElementSibling?.textContent ?? "";
const push = (server: FakeServer, figure: number) =>
  server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: figure }) });
const readsOf = (server: FakeServer): string[] => server.reads.filter((what) => what.startsWith(BALANCE)).map((what) => what.slice(BALANCE.length + 1));
const acknowledged = (server: FakeServer): unknown[] => server.socket.said.filter(({ type }) => type === "stages_ack").map(({ cursor }) => cursor);

/** Seconds with a heartbeat in each. */
async function beating(server: FakeServer, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    server.beat();
    await pass(1000);
  }
}

describe("why the desk reads by REST", () => {
  it("is told with each read: a panel's first figures, then its timer", async () => {
    const { server } = await renderApp();
    server.welcome();
    await beating(server, 21);
    expect(readsOf(server)).toEqual(["first", "timer", "timer"]);
  });

  it.each(["live", "sunset", "retired"])("is only that the socket failed in stage %s: no timer runs", async (stage) => {
    const { server } = await renderApp(inStage(stage));
    server.welcome();
    push(server, 7);
    await beating(server, 30);
    expect(server.reads).toEqual([]);
    server.end(1006);
    await pass(17_000);
    expect(readsOf(server)).toEqual(["fallback", "fallback"]);
    expect(new Set(server.reads.map((what) => what.split(" ").at(-1)))).toEqual(new Set(["fallback"]));
    server.welcome();
    const read = server.reads.length;
    await beating(server, 30);
    expect(server.reads).toHaveLength(read);
  });

  it("ends when a move to live is heard, in the same moment", async () => {
    const { server } = await renderApp();
    server.welcome();
    await beating(server, 2);
    for (const feature of ["account_balance", "positions", "intraday", "global_market"]) server.move(feature, "live");
    const read = server.reads.length;
    await beating(server, 30);
    expect(server.reads).toHaveLength(read);
  });
});

describe("acknowledging the stages", () => {
  it("says how far it is once what is shown has changed its source", async () => {
    const { server } = await renderApp();
    server.welcome();
    let shown = "";
    server.socket.onSaid = ({ type }) => {
      if (type === "stages_ack") shown = account().getByText(/WebSocket|REST/).textContent ?? "";
    };
    server.move("account_balance", "live");
    await pass(10);
    expect(acknowledged(server)).toEqual(["r:101"]);
    expect(shown).toBe("WebSocket");
  });

  it("says so again on a new connection: after a snapshot, and where nothing was missed", async () => {
    const { server } = await renderApp();
    server.welcome();
    server.move("positions", "live");
    await pass(10);
    server.end(1006);
    await pass(3000);
    server.welcome();
    expect(server.socket.topics("subscribe")).toContainEqual({ topic: "stages", cursor: "r:101" });
    const place = { topic: "stages", epoch: "r", offset: 101 };
    server.say({ type: "subscribed", data: { ...place, recovered: true, rows: 0 } });
    await pass(10);
    expect(acknowledged(server)).toEqual(["r:101"]);
    server.say({ type: "subscribed", data: { ...place, topic: "positions.1", recovered: true, rows: 0 } });
    await pass(10);
    expect(acknowledged(server)).toHaveLength(1);
  });
});

describe("two sources and one writer", () => {
  it("takes nothing from a poll that is answered after the socket took over", async () => {
    const { server } = await renderApp();
    server.welcome();
    await beating(server, 5);
    const answerNow = server.hold(BALANCE);
    server.answer(BALANCE, makeBalance({ cash: 111 }), 200, '"former:900"');
    await beating(server, 6);
    expect(readsOf(server)).toHaveLength(2);
    push(server, 222);
    server.move("account_balance", "live");
    await pass(50);
    expect(cash()).toBe("222.00");
    answerNow();
    await pass(50);
    expect(cash()).toBe("222.00");
    expect(account().getByText("WebSocket")).toBeDefined();
  });

  it("shows a poll on its way where the socket has brought nothing yet, and then what the socket brings", async () => {
    let answerNow = (): void => undefined;
    const { server } = await renderApp(undefined, (prepared) => (answerNow = prepared.hold(BALANCE)));
    server.welcome();
    server.move("account_balance", "live");
    await pass(50);
    expect(account().getByRole("status", { name: "The balance is loading" })).toBeDefined();
    answerNow();
    await pass(50);
    expect(cash()).toBe("50,000.00");
    push(server, 5);
    await pass(50);
    expect(cash()).toBe("5.00");
  });

  it("leaves what is shown to REST while it stands in, and shows what came meanwhile when the socket is back", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    push(server, 1);
    await pass(31_000);
    server.answer(BALANCE, makeBalance({ cash: 2 }), 200, '"r:102"');
    await pass(1000);
    expect(account().getByText("REST (Fallback) · stale")).toBeDefined();
    await pass(10_000);
    expect(cash()).toBe("2.00");
    server.publish("positions.1", { type: "positions", data: { account_id: 1, positions: [], timestamp: "2026-11-20T19:31:00Z" } });
    push(server, 4);
    await pass(50);
    expect(cash()).toBe("2.00");
    server.beat();
    await pass(50);
    expect(account().getByText("WebSocket")).toBeDefined();
    expect(cash()).toBe("4.00");
  });

  it("does not bring back a former life of the line from the shadow", async () => {
    const { server } = await renderApp();
    server.welcome();
    push(server, 1);
    await pass(1000);
    server.end(1006);
    server.answer(BALANCE, makeBalance({ cash: 77 }), 200, '"reborn:1"');
    await pass(10_000);
    expect(cash()).toBe("77.00");
    server.moveUnheard("account_balance", "live");
    server.welcome();
    await pass(1000);
    expect(account().getByText("WebSocket")).toBeDefined();
    expect(cash()).toBe("77.00");
  });

  it("forgets that REST failed as soon as the socket is back, though nothing new came", async () => {
    const { server } = await renderApp(inStage("live"), (prepared) => prepared.answer(BALANCE, {}, 503));
    server.welcome();
    push(server, 3);
    await pass(100);
    server.end(1006);
    await pass(7000);
    expect(account().getByText("offline")).toBeDefined();
    server.welcome();
    await pass(100);
    expect(account().getByText("WebSocket")).toBeDefined();
    expect(account().queryByText("offline")).toBeNull();
    expect(cash()).toBe("3.00");
  });
});

describe("a retired feature whose socket fails", () => {
  it("is read by REST all the same", async () => {
    const { server } = await renderApp(inStage("retired"));
    server.welcome();
    push(server, 3);
    await pass(100);
    server.answer(BALANCE, makeBalance({ cash: 4 }), 200, '"r:102"');
    server.end(1006);
    await pass(7000);
    expect(account().getByText("REST (Fallback)")).toBeDefined();
    expect(cash()).toBe("4.00");
  });

  it("keeps the last known where REST answers 410, says so, and shows what is pushed again", async () => {
    const { server } = await renderApp(inStage("retired"), (prepared) => prepared.answer(BALANCE, { detail: "Gone." }, 410));
    server.welcome();
    push(server, 3);
    await pass(100);
    server.end(1006);
    await pass(7000);
    expect(cash()).toBe("3.00");
    expect(account().getByTitle("REST is retired for this; the socket is the way.")).toBeDefined();
    expect(location.pathname).toBe("/");
    server.welcome();
    push(server, 5);
    await pass(100);
    expect(cash()).toBe("5.00");
    expect(account().getByText("WebSocket")).toBeDefined();
  });
});
