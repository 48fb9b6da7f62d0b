import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { makeAnswers, makeConsole, makeFeature, makeMismatch, makeMove } from "@/testing/console-factories";
import { inStage, type FakeServer } from "@/testing/fakeServer";
import { makePositions } from "@/testing/factories";
import { pass, renderApp } from "@/testing/renderApp";

import "./ConsolePlace";
import "./ExamplesPlace";

const CONSOLE = "GET /api/cutover/console/";
const ANSWERS = "GET /api/cutover/answers/";
const prepared = (console = makeConsole(), answers = makeAnswers()) => (server: FakeServer) => {
  server.answer(CONSOLE, console, 200, '"r:1"');
  server.answer(ANSWERS, answers, 200, '"r:1"');
};
const open = async (prepare = prepared()) => {
  const { server, ...view } = await renderApp(inStage("shadow"), prepare, "/cutover");
  server.welcome();
  await pass(50);
  return { server, ...view };
};
const row = (feature = "positions") => within(screen.getByRole("listitem", { name: feature }));
const panel = (name: string) => within(screen.getByRole("region", { name }));
const dialog = () => within(screen.getByRole("dialog"));
const ask = async (label: string, reason?: string) => {
  fireEvent.click(screen.getByRole("button", { name: label }));
  await pass(20);
  if (reason !== undefined) fireEvent.change(dialog().getByLabelText(/^Why/), { target: { value: reason } });
};
const send = async () => {
  const form = screen.getByRole("dialog").querySelector("form");
  if (form) fireEvent.submit(form);
  await pass(20);
};

describe("whom the console is for", () => {
  it("is for operators: others are told so, and nothing of it is asked for", async () => {
    const { server } = await open((fake) => fake.answer("GET /api/session/", { user: { id: 2, username: "bob", role: "trader" } }));
    expect(screen.getByText("Operators only")).toBeDefined();
    expect(server.count(CONSOLE)).toBe(0);
    expect(server.socket.topics("subscribe")).not.toContain("console");
    fireEvent.click(screen.getByRole("link", { name: "your desk" }));
    await pass(50);
    expect(screen.getByRole("region", { name: "Account" })).toBeDefined();
    expect(screen.queryByRole("link", { name: "Cutover" })).toBeNull();
  });

  it("is a click away from an operator's desk and back, on the same socket, its topics held only meanwhile", async () => {
    const { server } = await renderApp(undefined, prepared());
    server.welcome();
    fireEvent.click(screen.getByRole("link", { name: "Cutover" }));
    await pass(100);
    expect(location.pathname).toBe("/cutover");
    expect(document.title).toBe("Cutover console · Thor");
    expect(server.socket.topics("subscribe")).toEqual(expect.arrayContaining(["console", "answers"]));
    fireEvent.click(screen.getByRole("link", { name: "Desk" }));
    await pass(100);
    expect(server.socket.topics("unsubscribe")).toEqual(expect.arrayContaining(["console", "answers"]));
    expect(server.sockets).toHaveLength(1);
    expect(document.title).toBe("Thor");
  });
});

describe("a feature's row", () => {
  it("says where it stands, what proves it and what is missing, not by colour only", async () => {
    await open();
    expect(row().getByRole("list", { name: "Stage: canary 25 %" })).toBeDefined();
    expect(row().getByText("REST, and WebSocket for some")).toBeDefined();
    expect(row().getByText("103 of 412")).toBeDefined();
    expect(row().getByText("every 10 s; off for 25 %")).toBeDefined();
    expect(row().getByText(/by operator/)).toBeDefined();
    const lines = within(row().getByRole("list", { name: "Checklist of positions" })).getAllByRole("listitem");
    expect(lines.map(({ textContent }) => textContent)).toEqual(["✓arrivingpasses:2,340", "✕parityfails:1 of 233 differs", "…sessionscannot tell yet:1 of 2"]);
    expect(row().getByText("1 more session")).toBeDefined();
  });

  it("says the gravest of what is missing, and the rest when asked for", async () => {
    const missing = ["one", "two", "three", "four", "five"];
    await open(prepared(makeConsole({ features: [makeFeature({ missing })] })));
    const more = row().getByText("and 2 more").closest("details");
    expect(more?.open).toBe(false);
    expect(within(more ?? expect.fail("no more")).getAllByRole("listitem", { hidden: true }).map(({ textContent }) => textContent)).toEqual(["four", "five"]);
  });

  it("has a square for each session, which says its date, verdict and why", async () => {
    await open();
    const squares = within(row().getByRole("group", { name: "Sessions of positions" })).getAllByRole("button");
    expect(squares.map((one) => one.getAttribute("aria-label"))).toEqual([
      "Wed 2026-11-18: passes, 99.8 % covered, 64 states",
      "Thu 2026-11-19: cannot tell yet, 41 % covered",
      "Mon 2026-11-23: fails, 1 mismatch",
    ]);
    expect(row().getByText("Mon 2026-11-23: fails, 1 mismatch")).toBeDefined();
    fireEvent.focus(squares[0] ?? expect.fail("no square"));
    expect(row().getByText("Wed 2026-11-18: passes, 99.8 % covered, 64 states")).toBeDefined();
  });

  it("tells how its messages arrive here", async () => {
    const { server } = await open();
    const positions = { type: "positions", data: makePositions() } as const;
    server.publish("positions.1", positions);
    await pass(10_000);
    server.publish("positions.1", positions);
    await pass(2000);
    expect(row().getByText(/^[12] s ago · each 10.0 s · lag 20 ms$/)).toBeDefined();
  });

  it("says when it is ready, late, pinned, cooling down, signed off or still called", async () => {
    const caller = { username: "bob", agent: "curl/8", credential: "token", calls: 214, last_at: "2026-11-20T19:21:07Z" };
    const features = [
      makeFeature({ feature: "a", ready: true, missing: [] }),
      makeFeature({ feature: "b", is_fresh: false, held_until: "2026-11-20T19:31:37Z", shows: "REST", squares: [] }),
      makeFeature({ feature: "c", source: "environment", flag: "WS_FEATURE_C", flag_value: "false", changed_at: null }),
      makeFeature({ feature: "d", stage: "sunset", shows: "odd", sunset_at: "2026-12-04T00:00:00Z", sign_offs: ["ann"], callers: [caller], changed_at: null }),
    ];
    await open(prepared(makeConsole({ features })));
    await pass(1000);
    expect(row("a").getByText(/next step live/)).toBeDefined();
    expect(row("a").getByRole("button", { name: "Advance to live: a" }).dataset.ready).toBe("true");
    expect(row("b").getByText(/cooling down, still/).textContent).toMatch(/2\ds$/);
    expect(row("b").getByText("△ its job is late")).toBeDefined();
    expect(row("b").getByText("no session yet")).toBeDefined();
    expect(row("c").getByText("pinned by WS_FEATURE_C=false")).toBeDefined();
    expect(row("d").getByText("signed off by ann")).toBeDefined();
    expect(row("d").getByText("the beginning")).toBeDefined();
    expect(row("d").getByText(/announced to end on 2026-12-04/)).toBeDefined();
    expect(row("d").getByText("bob, curl/8 (token): 214 calls, the last 10 min ago")).toBeDefined();
    await pass(30_000);
    expect(row("b").queryByText(/cooling down/)).toBeNull();
  });
});

describe("the right column", () => {
  it("tells live how many dashboards have answered, those that poll apart", async () => {
    const { server } = await open();
    expect(panel("Last change").getByText("412 of 412 dashboards answered after 0.6 s")).toBeDefined();
    const answers = makeAnswers({ answered: 398, seconds: 0.2, polling: 3, polling_answered: 2 });
    server.publish("answers", { type: "answers", data: answers });
    await pass(20);
    expect(panel("Last change").getByRole("status").textContent).toBe("398 of 412 dashboards answered after 0.2 s");
    expect(panel("Last change").getByText(/^2 of 3 that poll/)).toBeDefined();
    server.publish("answers", { type: "answers", data: makeAnswers({ dashboards: 0, answered: 0, seconds: null }) });
    await pass(20);
    expect(panel("Last change").getByText("No dashboard is open to answer")).toBeDefined();
  });

  it("opens a mismatch: its fields, its place, its rule and who found it", async () => {
    const mismatches = [makeMismatch(), makeMismatch({ id: 2, source: "browser", user: "bob", rule: "rounding", times: 3, fields: [{ field: "x", rest: null, socket: "a" }] })];
    await open(prepared(makeConsole({ mismatches })));
    const [first, second] = panel("Mismatches").getAllByRole("button");
    fireEvent.click(first ?? expect.fail("no mismatch"));
    expect(first?.textContent).toContain("[AAPL].pnl +1");
    expect(panel("Mismatches").getByText(/mismatch on/).textContent).toBe("mismatch on positions.1 at cursor a91f:20411, found by the probe");
    expect(panel("Mismatches").getByText("positions[AAPL].current_price")).toBeDefined();
    expect(panel("Mismatches").getByText("No rule lets it pass.")).toBeDefined();
    fireEvent.click(second ?? expect.fail("no second"));
    expect(panel("Mismatches").getByText(/found by the browser of bob, 3 times/)).toBeDefined();
    expect(panel("Mismatches").getByText("Let pass by the rule “rounding”.")).toBeDefined();
    expect(panel("Mismatches").getAllByText("nothing").length).toBeGreaterThan(0);
    fireEvent.click(second ?? expect.fail("no second"));
    expect(panel("Mismatches").queryByText(/found by/)).toBeNull();
  });

  it("reads both payloads of a mismatch when they are asked for", async () => {
    const { server } = await open(prepared(makeConsole({ mismatches: [makeMismatch({ id: 7 }), makeMismatch({ id: 8 })] })));
    const path = "GET /api/cutover/mismatches/";
    server.answer(path, { items: [{ id: 8, rest: '{"pnl":1}', socket: "odd" }], next: null });
    const [seventh, eighth] = panel("Mismatches").getAllByRole("button");
    fireEvent.click(eighth ?? expect.fail("no mismatch"));
    expect(server.count(path)).toBe(0);
    fireEvent.click(panel("Mismatches").getByRole("button", { name: "both payloads" }));
    await pass(20);
    expect(panel("Mismatches").getByLabelText("What REST said").textContent).toBe('{\n "pnl": 1\n}');
    expect(panel("Mismatches").getByLabelText("What Socket said").textContent).toBe("odd");
    fireEvent.click(seventh ?? expect.fail("no mismatch"));
    fireEvent.click(panel("Mismatches").getByRole("button", { name: "both payloads" }));
    await pass(20);
    expect(panel("Mismatches").getByText(/forgotten meanwhile/)).toBeDefined();
  });

  it("says that the payloads cannot be read", async () => {
    await open();
    fireEvent.click(panel("Mismatches").getByRole("button", { name: /pnl/ }));
    fireEvent.click(panel("Mismatches").getByRole("button", { name: "both payloads" }));
    await pass(20);
    expect(panel("Mismatches").getByRole("alert").textContent).toBe("△ They cannot be read: nothing here");
  });

  it("has every move with who and why, and marks what was forced and what went back", async () => {
    const moves = [makeMove({ from_stage: "live", to_stage: "shadow", by: "watch", reason: "stale 34 s" }), makeMove({ version: 3, forced: true })];
    await open(prepared(makeConsole({ moves })));
    expect(panel("History").getByText("live → shadow").className).toBe("step-back");
    expect(panel("History").getByText("stale 34 s")).toBeDefined();
    expect(panel("History").getByText("forced")).toBeDefined();
  });

  it("says what to do where there is nothing yet", async () => {
    await open(prepared(makeConsole({ moves: [], mismatches: [], mismatches_open: 0, features: [], session: null })));
    expect(panel("Last change").getByText("Nothing was moved yet")).toBeDefined();
    expect(panel("Mismatches").getByText("REST and socket say the same")).toBeDefined();
    expect(panel("History").getByText("No moves yet")).toBeDefined();
    expect(screen.getByText("No feature has a plan")).toBeDefined();
  });
});

describe("taking a step", () => {
  it("needs a reason, says what will happen, and is done with it", async () => {
    const { server } = await open();
    server.answer("POST /api/cutover/positions/advance/", {});
    await ask("Advance to live: positions");
    expect(dialog().getByText(/all 412 dashboards that are open show what is pushed/)).toBeDefined();
    expect(document.activeElement).toBe(dialog().getByLabelText(/^Why/));
    const go = dialog().getByRole<HTMLButtonElement>("button", { name: "Advance to live" });
    expect(go.disabled).toBe(true);
    await send();
    expect(server.bodies).toEqual({});
    fireEvent.change(dialog().getByLabelText(/^Why/), { target: { value: "two clean sessions" } });
    expect(go.disabled).toBe(false);
    await send();
    expect(server.bodies["POST /api/cutover/positions/advance/"]).toEqual([{ reason: "two clean sessions", expected_version: 4, to: "live" }]);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByText("positions: moved to live")).toBeDefined();
  });

  it("shows what the gate misses, and forces only what was confirmed a second time", async () => {
    const { server } = await open();
    const lines = [{ name: "sessions", verdict: "inconclusive", figure: "1 of 2", missing: "1 more session" }];
    const path = "POST /api/cutover/positions/advance/";
    server.answer(path, { detail: "The evidence is not there.\nnext: python manage.py", lines }, 422);
    await ask("Advance to live: positions", "now");
    await send();
    expect(dialog().getByText("✕ The gate refuses: The evidence is not there.")).toBeDefined();
    expect(within(dialog().getByRole("alert")).getByText("1 more session")).toBeDefined();
    const force = dialog().getByRole<HTMLButtonElement>("button", { name: "Force: advance to live" });
    expect(force.disabled).toBe(true);
    await send();
    expect(server.bodies[path]).toHaveLength(1);
    fireEvent.click(dialog().getByRole("checkbox"));
    expect(force.disabled).toBe(false);
    server.answer(path, {});
    await send();
    expect(server.bodies[path]?.[1]).toMatchObject({ force: true, reason: "now" });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("widens a canary to the next share, or another, of whom one likes", async () => {
    const { server } = await open();
    server.answer("POST /api/cutover/positions/canary/", {});
    await ask("Widen: positions", "it goes well");
    expect(dialog().getByText("The canary goes from 25 % to 50 % of all users. Whoever is in stays in.")).toBeDefined();
    fireEvent.change(dialog().getByLabelText("Share of users, %"), { target: { value: "40" } });
    fireEvent.change(dialog().getByLabelText("Of whom"), { target: { value: "paper" } });
    await send();
    expect(server.bodies["POST /api/cutover/positions/canary/"]).toEqual([{ reason: "it goes well", expected_version: 4, percent: 40, cohort: "paper" }]);
    expect(screen.getByText("positions: moved to canary 40 % of paper")).toBeDefined();
  });

  it("signs off, and rolls back", async () => {
    const { server } = await open(prepared(makeConsole({ features: [makeFeature({ stage: "live", shows: "WS", source: "environment", flag: "WS_FEATURE_POSITIONS" })] })));
    server.answer("POST /api/cutover/positions/sign-off/", {});
    await ask("Sign off: positions", "nobody polls");
    await send();
    expect(screen.getByText("positions: signed off")).toBeDefined();
    server.answer("POST /api/cutover/positions/rollback/", {});
    await ask("Roll back: positions", "figures look odd");
    expect(dialog().getByText(/pins it to shadow/)).toBeDefined();
    await send();
    expect(screen.getByText("positions: moved to shadow")).toBeDefined();
  });

  it("says when somebody else was faster, or it failed, and keeps the reason", async () => {
    const { server } = await open();
    const path = "POST /api/cutover/positions/rollback/";
    server.answer(path, { detail: "The store cannot be written." }, 503);
    await ask("Roll back: positions", "odd");
    await send();
    expect(dialog().getByRole("alert").textContent).toContain("The store cannot be written.");
    server.answer(path, { detail: "It is at version 5." }, 409);
    await send();
    expect(dialog().getByRole("alert").textContent).toContain("It has moved on meanwhile: It is at version 5.");
    expect(dialog().getByRole<HTMLButtonElement>("button", { name: "Roll back" }).disabled).toBe(true);
    fireEvent.click(dialog().getByRole("button", { name: "Leave it" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(server.bodies[path]).toHaveLength(2);
  });
});

describe("where the console's word is from", () => {
  it("is REST at first, then the socket, whose newer word stays", async () => {
    const { server } = await renderApp(undefined, prepared(), "/cutover");
    expect(panel("Partial cutover").getByText("REST")).toBeDefined();
    server.welcome();
    server.publish("console", { type: "console", data: makeConsole({ overall: "FULL CUTOVER" }) });
    await pass(50);
    expect(panel("Full cutover").getByText("WebSocket")).toBeDefined();
    const asked = server.count(CONSOLE);
    await pass(20_000);
    expect(server.count(CONSOLE)).toBe(asked);
  });

  it("falls back to REST without the socket, says so, and keeps the last known without either", async () => {
    const { server } = await open();
    server.end(1006);
    server.answer(CONSOLE, makeConsole({ overall: "SHADOW MODE" }), 200, '"r:2"');
    await pass(7000);
    expect(panel("Shadow mode").getByText("REST (Fallback)")).toBeDefined();
    server.answer(CONSOLE, {}, 503);
    await pass(6000);
    expect(panel("Shadow mode").getByText("offline")).toBeDefined();
    expect(row().getByText("1 more session")).toBeDefined();
  });

  it("loads with a skeleton, and says what went wrong", async () => {
    await open((server) => server.answer(CONSOLE, { detail: "Not now." }, 503));
    expect(screen.getByRole("alert").textContent).toContain("Not now. It is asked for again every five seconds.");
  });

  it("warns where no heartbeat comes, where processes differ, and of what else is wrong", async () => {
    const web = { name: "web-2", kind: "web", release: "0.4.0", seen_at: "2026-11-20T19:31:00Z", dashboards: 1, differs: "WS_FEATURE_POSITIONS" };
    const { server } = await open(prepared(makeConsole({ problems: ["the probe has not looked for 40 s"], processes: [web] })));
    const problems = () => screen.queryByRole("alert", { name: "Problems" })?.textContent ?? "";
    expect(problems()).toBe("△ the probe has not looked for 40 s△ web-2: WS_FEATURE_POSITIONS");
    await pass(17_000);
    expect(problems()).toContain("No heartbeat for 16 s: no job runs");
    server.beat();
    await pass(1000);
    expect(problems()).not.toContain("heartbeat");
  });
});

describe("the examples", () => {
  it("are alive at their own place, on the desk's account", async () => {
    const { server } = await renderApp(inStage("shadow"), () => undefined, "/examples");
    server.welcome();
    await pass(100);
    expect(panel("AccountBalanceExample").getByText(/ACC12345/).textContent).toContain("50,000.00 cash, by REST (Shadow)");
    expect(panel("PositionsExample").getByText("SPY")).toBeDefined();
    server.move("positions", "live");
    await pass(50);
    expect(panel("CutoverStatusExample").getByText("✅ WebSocket")).toBeDefined();
    fireEvent.click(screen.getByRole("link", { name: "Desk" }));
    await pass(100);
    expect(screen.getByRole("region", { name: "Account" })).toBeDefined();
  });
});
