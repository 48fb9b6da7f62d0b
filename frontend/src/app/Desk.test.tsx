import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { makeBar, makePosition, makePositions, makeVenue } from "@/testing/factories";
import { drawn, seriesNamed } from "@/testing/fakeCharts";
import { inStage, type FakeServer } from "@/testing/fakeServer";
import { pass, renderApp } from "@/testing/renderApp";
import { useDesk } from "@/stores/desk";

const panel = (name: string) => within(screen.getByRole("region", { name }));
const POSITIONS = "GET /api/accounts/1/positions/";
const held = makePositions(
  makePosition({ symbol: "AAPL", quantity: 80, entry_price: 241.55, current_price: 239.87, pnl: -134.4 }),
  makePosition(),
);
const withPositions = (server: FakeServer) => server.answer(POSITIONS, held, 200, '"r:1"');
const key = (name: string) => fireEvent.keyDown(document.body, { key: name });

describe("panels", () => {
  it("load with skeletons of their size until the socket brings something", async () => {
    await renderApp(inStage("live"));
    for (const what of ["balance is", "positions are", "bars are"]) {
      expect(screen.getByRole("status", { name: `The ${what} loading` })).toBeDefined();
    }
  });

  it("wait while it is not known whose desk it is, and say when that cannot be read", async () => {
    const { server } = await renderApp(undefined, (prepared) => prepared.answer("GET /api/desk/", { detail: "Not now." }, 503));
    expect(screen.getByRole("status", { name: "The balance is loading" })).toBeDefined();
    expect(screen.getByRole("alert").textContent).toContain("The desk cannot be read: Not now.");
    server.answer("GET /api/desk/", server.desk());
    await pass(6000);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(panel("Account").getByText("50,000.00")).toBeDefined();
  });

  it("say what to do where there is nothing", async () => {
    const { server } = await renderApp(undefined, (prepared) => {
      prepared.answer(POSITIONS, makePositions(), 200);
      prepared.answer("GET /api/intraday/", { items: [], next: null });
      prepared.answer("GET /api/accounts/1/balance/", null, 204);
    });
    server.welcome();
    await pass(100);
    expect(panel("Positions").getByText("Nothing is held")).toBeDefined();
    expect(panel("SPY").getByText("No bars of SPY yet")).toBeDefined();
    expect(panel("Account").getByText("No balance yet")).toBeDefined();
  });

  it("say what went wrong, each for itself", async () => {
    await renderApp(undefined, (prepared) => prepared.answer(POSITIONS, { detail: "The store cannot be read." }, 503));
    expect(panel("Positions").getByRole("alert").textContent).toContain("The store cannot be read.");
    expect(panel("Positions").getByText("no answer")).toBeDefined();
    expect(panel("Account").getByText("50,000.00")).toBeDefined();
  });

  it("keep the last known figures, dimmed, when the server no longer answers", async () => {
    const { server } = await renderApp(undefined, withPositions);
    server.answer(POSITIONS, {}, 503);
    await pass(10_100);
    expect(panel("Positions").getByText("offline")).toBeDefined();
    expect(panel("Positions").getByRole("rowheader", { name: "AAPL" })).toBeDefined();
    expect(screen.getByRole("region", { name: "Positions" }).dataset.stale).toBe("true");
  });

  it("say so where a user has no account", async () => {
    await renderApp(undefined, (server) => server.answer("GET /api/desk/", server.desk({ accounts: [] })));
    expect(panel("Account").getByText("No account")).toBeDefined();
  });

  it("keep the figures that a 304 confirms", async () => {
    const { server } = await renderApp(undefined, withPositions);
    server.answer(POSITIONS, null, 304);
    await pass(20_100);
    expect(panel("Positions").getByRole("rowheader", { name: "AAPL" })).toBeDefined();
    expect(screen.getByRole("region", { name: "Positions" }).dataset.stale).toBe("false");
  });
});

describe("positions", () => {
  const names = () => panel("Positions").getAllByRole("rowheader").map(({ textContent }) => textContent);

  it("sort by value at first, by any column when asked, and total below", async () => {
    await renderApp(undefined, withPositions);
    expect(names()).toEqual(["SPY", "AAPL", "Total"]);
    fireEvent.click(panel("Positions").getByRole("button", { name: "Symbol" }));
    expect(names()).toEqual(["AAPL", "SPY", "Total"]);
    expect(panel("Positions").getByRole("columnheader", { name: /Symbol/ }).getAttribute("aria-sort")).toBe("ascending");
    expect(panel("Positions").getByText("78,131.60")).toBeDefined();
  });

  it("show up and down by colour, sign and glyph", async () => {
    await renderApp(undefined, withPositions);
    const loss = panel("Positions").getByText("−134.40");
    expect(loss.className).toContain("down");
    expect(loss.textContent).toBe("▼−134.40");
    expect(panel("Positions").getByText("+632.00").textContent).toBe("▲+632.00");
  });

  it("are walked by j and k, opened by Enter, let go by Esc", async () => {
    await renderApp(undefined, withPositions);
    const cursor = () => document.querySelector('tr[data-cursor="true"]')?.textContent ?? "";
    key("j");
    key("j");
    expect(cursor()).toContain("AAPL");
    key("j");
    expect(cursor()).toContain("AAPL");
    key("Enter");
    await pass(50);
    expect(screen.getByRole("heading", { name: "AAPL" })).toBeDefined();
    key("k");
    expect(cursor()).toContain("SPY");
    key("Escape");
    expect(cursor()).toBe("");
  });
});

describe("the chart", () => {
  it("shows another symbol by search, by the watchlist and by its digit", async () => {
    const { server } = await renderApp(undefined, (prepared) =>
      prepared.answer("GET /api/desk/", prepared.desk({ watchlist: [{ country: "USA", symbol: "SPY" }, { country: "USA", symbol: "TSLA" }] })),
    );
    server.welcome();
    key("/");
    const search = screen.getByLabelText("Show a symbol");
    expect(document.activeElement).toBe(search);
    fireEvent.change(search, { target: { value: "brk.b" } });
    fireEvent.submit(search);
    await pass(50);
    expect(screen.getByRole("heading", { name: "BRK.B" })).toBeDefined();
    expect(server.socket.topics("subscribe")).toContain("bars.USA.BRK.B");
    fireEvent.click(screen.getByRole("button", { name: "TSLA" }));
    await pass(50);
    expect(screen.getByRole("heading", { name: "TSLA" })).toBeDefined();
    expect(server.socket.topics("unsubscribe")).toContain("bars.USA.BRK.B");
    key("1");
    await pass(50);
    expect(screen.getByRole("heading", { name: "SPY" })).toBeDefined();
  });

  it("widens its candles, and tells of the one under the crosshair", async () => {
    await renderApp(undefined, (server) => {
      const bars = ["30", "31", "36"].map((minute, n) => makeBar({ timestamp_minute: `2026-11-20T19:${minute}:00Z`, close: 500 + n }));
      server.answer("GET /api/intraday/", server.list("bars.USA.SPY", ...bars));
    });
    await pass(300);
    expect(seriesNamed("candles").points).toHaveLength(3);
    fireEvent.click(screen.getByRole("button", { name: "5m" }));
    await pass(50);
    expect(seriesNamed("candles").points).toMatchObject([{ close: 501 }, { close: 502 }]);
    expect(panel("SPY").getByText("502.00", { selector: ".legend span" })).toBeDefined();
    const onTheMarketsClock = Date.parse("2026-11-20T14:30:00Z") / 1000;
    drawn.hover.forEach((tell) => tell({ time: onTheMarketsClock }));
    await pass(50);
    expect(panel("SPY").getByText("501.00", { selector: ".legend span" })).toBeDefined();
  });
});

describe("the header", () => {
  it("makes a replay unmistakable, with its speed and its own time", async () => {
    const replay = { file: "day.csv.gz", speed: "60", at: "2013-10-08T14:00:00Z", finished: false };
    const { server } = await renderApp(inStage("live"), (prepared) => prepared.answer("GET /api/desk/", prepared.desk({ replay })));
    server.welcome();
    const bar = { type: "intraday_bar", data: makeBar(), topic: "bars.USA.SPY", epoch: "r", offset: 1, as_of: "2013-10-08T14:31:00Z" };
    server.say(bar);
    await pass(2000);
    expect(screen.getByText(/REPLAY/)).toBeDefined();
    expect(screen.getByText("60 ×")).toBeDefined();
    const clocks = screen.getByTitle("The replay's time");
    expect(clocks.textContent).toMatch(/^In the replay 08 Oct 201310:3[1-3]:\d\d ET14:3[1-3]:\d\d UTC$/);
    expect(panel("SPY").getByText(/^[12] s$/)).toBeDefined();
  });

  it("lets another account be chosen, and tells paper from live", async () => {
    const accounts = [
      { id: 1, slug: "primary", number: "ACC1", name: "Primary", kind: "paper" },
      { id: 2, slug: "real", number: "ACC2", name: "Real", kind: "live" },
    ];
    const { server } = await renderApp(undefined, (prepared) => prepared.answer("GET /api/desk/", prepared.desk({ accounts })));
    expect(screen.getByText("PAPER")).toBeDefined();
    fireEvent.change(screen.getByRole("combobox", { name: /Account/ }), { target: { value: "2" } });
    await pass(50);
    expect(screen.getByText("LIVE")).toBeDefined();
    expect(server.count("GET /api/accounts/2/balance/")).toBe(1);
  });

  it("changes the theme, the chart's too, and shows the keys", async () => {
    await renderApp();
    await pass(300);
    const before = useDesk.getState().theme;
    key("t");
    await pass();
    expect(document.documentElement.dataset.theme).not.toBe(before);
    expect(drawn.theme).toBe(document.documentElement.dataset.theme);
    key("?");
    await pass();
    const dialog = screen.getByRole("dialog", { name: "Keys" });
    fireEvent.click(within(dialog).getByRole("button", { name: /Close/ }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

describe("the strip and the monitor", () => {
  it("count down to a venue's next event", async () => {
    const { server } = await renderApp(undefined, (prepared) =>
      prepared.answer("GET /api/markets/", { items: [makeVenue({ mic: "XTKS", city: "Tokyo", place: 0 }), makeVenue()], next: null }),
    );
    server.welcome();
    await pass(1000);
    const cells = within(screen.getByRole("list", { name: "Venues, east to west" })).getAllByRole("listitem");
    expect(cells.map((cell) => cell.textContent)).toEqual([expect.stringContaining("Tokyo"), expect.stringContaining("New York")]);
    expect(cells[1]?.textContent).toContain("shuts 1h 28m");
    expect(cells[0]?.textContent).toContain("–");
  });

  it("leave aside what they do not know, and say so", async () => {
    const { server } = await renderApp();
    server.welcome();
    server.say({ type: "weather", data: {} });
    server.say({ type: "positions", data: "odd" });
    await pass(50);
    expect(screen.getByText("Left aside, harmless: weather × 1, unreadable × 1")).toBeDefined();
  });

  it("tell what the server refused", async () => {
    const { server } = await renderApp();
    server.welcome();
    const data = { message: "it is not yours to read", error_code: "unknown_topic", timestamp: "2026-11-20T19:31:00Z" };
    server.say({ type: "error_message", topic: "balance.9", data });
    expect(within(screen.getByRole("log")).getByText("balance.9: it is not yours to read")).toBeDefined();
  });
});
