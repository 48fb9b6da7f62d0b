import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { makeBalance, makeBar, makePosition, makePositions } from "@/testing/factories";
import { seriesNamed } from "@/testing/fakeCharts";
import { inStage } from "@/testing/fakeServer";
import { pass, renderApp } from "@/testing/renderApp";

const panel = (name: string) => within(screen.getByRole("region", { name }));
const BALANCE = "GET /api/accounts/1/balance/";
const polls = (asked: string[]): string[] =>
  asked.filter((what) => /balance|positions|intraday|vwap|status|stages/.test(what));

describe("in shadow", () => {
  it("shows what REST answers, asks again at the feature's interval, and says so", async () => {
    const { server } = await renderApp();
    server.welcome();
    await pass(100);
    expect(panel("Account").getByText("152,318.40", { selector: ".account-worth" })).toBeDefined();
    expect(panel("Account").getByText("REST (Shadow)")).toBeDefined();
    expect(server.count(BALANCE)).toBe(1);
    await pass(10_000);
    expect(server.count(BALANCE)).toBe(2);
    expect(server.count("GET /api/intraday/")).toBeGreaterThan(9);
  });

  it("does not show what is pushed, but compares it", async () => {
    const { server } = await renderApp();
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: 1 }) });
    server.answer(BALANCE, makeBalance({ cash: 1 }), 200, '"r:101"');
    await pass(100);
    expect(panel("Account").getByText("50,000.00")).toBeDefined();
    await pass(10_000);
    expect(panel("Account").getByText("1.00")).toBeDefined();
    expect(panel("Data sources").getByText("No difference between socket and REST.")).toBeDefined();
  });

  it("shows a difference where there is one", async () => {
    const { server } = await renderApp();
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: 2 }) });
    server.answer(BALANCE, makeBalance({ cash: 1 }), 200, '"r:101"');
    await pass(10_100);
    const told = panel("Data sources").getByText(/Last difference/).textContent;
    expect(told).toMatch(/^Last difference: balance\.1, cash: socket 2, REST 1, at \d\d:\d\d:\d\d in full$/);
  });
});

describe("in live", () => {
  it("asks for nothing by REST and shows what is pushed", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: 4321 }) });
    server.publish("positions.1", { type: "positions", data: makePositions(makePosition({ symbol: "AAPL" })) });
    await pass(100);
    expect(panel("Account").getByText("4,321.00")).toBeDefined();
    expect(panel("Account").getByText("WebSocket")).toBeDefined();
    expect(panel("Positions").getByRole("rowheader", { name: "AAPL" })).toBeDefined();
    for (let beat = 0; beat < 12; beat += 1) {
      await pass(5000);
      server.beat();
    }
    expect(polls(server.asked)).toEqual([]);
  });

  it("draws the bars that are pushed: the snapshot at once, then only the end", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    server.publish("bars.USA.SPY", { type: "intraday_bar", data: makeBar({ close: 590 }) });
    await pass(500);
    expect(seriesNamed("candles").points).toMatchObject([{ close: 590 }]);
    server.publish("bars_open.USA.SPY", {
      type: "intraday_bar",
      data: makeBar({ timestamp_minute: "2026-11-20T19:32:00Z", close: 591, closed: false }),
    });
    await pass(100);
    expect(seriesNamed("candles")).toMatchObject({ sets: 1, updates: 1 });
    expect(panel("SPY").getByText("591.00", { selector: ".last-price" })).toBeDefined();
  });

  it("falls back when the socket is gone for 5 s, says so, and comes back", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: 1 }) });
    await pass(1000);
    server.end(1006);
    await pass(4000);
    expect(server.count(BALANCE)).toBe(0);
    await pass(2000);
    expect(panel("Account").getByText("REST (Fallback)")).toBeDefined();
    expect(server.count(BALANCE)).toBe(1);
    server.welcome();
    await pass(1000);
    expect(panel("Account").getByText("WebSocket")).toBeDefined();
    const asked = server.count(BALANCE);
    await pass(10_000);
    expect(server.count(BALANCE)).toBe(asked);
  });

  it("falls back when the job is late though the socket is open, and dims the figures", async () => {
    const { server } = await renderApp(inStage("live"));
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance() });
    for (let second = 0; second < 32; second += 1) await pass(1000);
    expect(panel("Account").getByText("REST (Fallback) · stale")).toBeDefined();
    expect(screen.getByRole("region", { name: "Account" }).dataset.stale).toBe("true");
    server.beat();
    await pass(1000);
    expect(panel("Account").getByText("WebSocket")).toBeDefined();
  });
});

describe("moving a stage", () => {
  it("switches a panel both ways without a reload, and acknowledges", async () => {
    const { server } = await renderApp();
    server.welcome();
    server.publish("balance.1", { type: "account_balance", data: makeBalance({ cash: 99 }) });
    await pass(100);
    server.move("account_balance", "live");
    await pass(100);
    expect(panel("Account").getByText("WebSocket")).toBeDefined();
    expect(panel("Account").getByText("99.00")).toBeDefined();
    expect(server.socket.said).toContainEqual({ type: "stages_ack", cursor: "r:102" });
    const asked = server.count(BALANCE);
    server.move("account_balance", "shadow");
    await pass(100);
    expect(panel("Account").getByText("REST (Shadow)")).toBeDefined();
    expect(server.count(BALANCE)).toBe(asked + 1);
  });

  it("is heard of without a socket, too", async () => {
    const { server } = await renderApp(inStage("live"));
    server.end(1006);
    await pass(6000);
    expect(panel("Account").getByText("REST (Fallback)")).toBeDefined();
    server.moveUnheard("account_balance", "shadow");
    await pass(11_000);
    expect(panel("Account").getByText("REST (Shadow)")).toBeDefined();
  });
});

describe("the door", () => {
  const refuse = (server: { answer: (what: string, body: unknown, status: number) => void }) =>
    server.answer("GET /api/session/", { detail: "Sign in." }, 401);

  it("opens by a name and a password", async () => {
    const { server } = await renderApp(undefined, refuse, "/sign-in");
    server.answer("POST /api/session/", { detail: "The user name and the password do not belong together." }, 401);
    fireEvent.change(screen.getByLabelText("User name"), { target: { value: "trader" } });
    fireEvent.change(screen.getByLabelText("Password"), { target: { value: "wrong" } });
    fireEvent.submit(screen.getByRole("button", { name: "Sign in" }));
    await pass(10);
    expect(screen.getByRole("alert").textContent).toContain("do not belong together");
    server.answer("POST /api/session/", { user: { id: 1, username: "trader", role: "operator" } });
    fireEvent.submit(screen.getByRole("button", { name: "Sign in" }));
    await pass(50);
    expect(location.pathname).toBe("/");
    expect(screen.getByRole("region", { name: "Account" })).toBeDefined();
    expect(server.count("GET /api/session/")).toBe(0);
  });

  it("is where one is sent whom the server does not know", async () => {
    await renderApp(undefined, refuse);
    expect(location.pathname).toBe("/sign-in");
    expect(screen.getByText("Sign in to your desk.")).toBeDefined();
  });

  it("opens by the one-time link, once, and takes its secret out of the address", async () => {
    const { server } = await renderApp(
      undefined,
      (prepared) => {
        refuse(prepared);
        prepared.answer("POST /api/session/link/", { user: { id: 1, username: "trader", role: "operator" } });
      },
      "/sign-in#s3cret",
    );
    await pass(50);
    expect(server.count("POST /api/session/link/")).toBe(1);
    expect(server.count("GET /api/session/")).toBe(0);
    expect(location.href).not.toContain("s3cret");
    expect(location.pathname).toBe("/");
  });

  it("is shown again when the server refuses the socket with 4501", async () => {
    const { server } = await renderApp();
    server.end(4501);
    await pass(50);
    expect(location.pathname).toBe("/sign-in");
    expect(screen.getByText("Your session has ended. Sign in again.")).toBeDefined();
    await pass(60_000);
    expect(server.sockets).toHaveLength(1);
  });

  it("is shown again when a poll is answered 401", async () => {
    const { server } = await renderApp();
    server.answer(BALANCE, { detail: "Sign in." }, 401);
    await pass(11_000);
    expect(location.pathname).toBe("/sign-in");
  });

  it("is where signing out leads, and closes the socket", async () => {
    const { server } = await renderApp();
    server.welcome();
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    await pass(50);
    expect(server.count("DELETE /api/session/")).toBe(1);
    expect(location.pathname).toBe("/sign-in");
    expect(server.socket.closedWith).toBe(1000);
  });

  it("says so where the server could not be told", async () => {
    const { server } = await renderApp();
    server.answer("DELETE /api/session/", {}, 503);
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    await pass(50);
    expect(screen.getByText(/this browser is still signed in/)).toBeDefined();
  });

  it("says when the server does not answer, and goes on trying", async () => {
    const { server } = await renderApp(undefined, (prepared) => prepared.answer("GET /api/session/", {}, 503));
    expect(screen.getByRole("alert").textContent).toContain("Thor does not answer");
    server.answer("GET /api/session/", { user: { id: 1, username: "trader", role: "operator" } });
    await pass(3100);
    expect(screen.getByRole("region", { name: "Account" })).toBeDefined();
  });
});
