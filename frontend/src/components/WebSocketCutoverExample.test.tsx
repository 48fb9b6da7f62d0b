import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import "@/app/features";
import { LiveContext, ScopeContext } from "@/hooks/useWebSocket";
import { LiveWriter } from "@/services/live-writer";
import { ThorSocket } from "@/services/websocket";
import { useLive } from "@/stores/live";
import { makeBalance, makePosition, makePositions, makeStanding } from "@/testing/factories";

import { AccountBalanceExample, PositionsExample, WebSocketCutoverExample } from "./WebSocketCutoverExample";

it("shows a feature's data and its source, whichever transport brought it", () => {
  const pushed = { wants: "WebSocket", source: "WebSocket", label: "WebSocket", reason: "stage" } as const;
  const polled = { wants: "REST", source: "REST", label: "REST (Shadow)", reason: "stage" } as const;
  useLive.setState({
    standings: { account_balance: makeStanding(), intraday: makeStanding({ stage: "shadow" }) },
    decisions: { account_balance: pushed, positions: pushed, intraday: polled },
  });
  const client = new QueryClient();
  const writer = new LiveWriter(client);
  const ignore = (): void => undefined;
  const events = { onFrame: ignore, onUnknown: ignore, onBroken: ignore, onState: ignore, onReset: ignore, onGap: ignore };
  const socket = new ThorSocket({ url: "ws://thor/ws/", events });
  const place = { epoch: "e", offset: 1, as_of: "2026-11-20T19:31:00Z" };
  writer.frame({ type: "account_balance", data: makeBalance(), topic: "balance.1", ...place }, 1);
  writer.frame({ type: "positions", data: makePositions(makePosition()), topic: "positions.1", ...place }, 1);
  writer.flush();
  render(
    <QueryClientProvider client={client}>
      <LiveContext value={{ socket, writer }}>
        <ScopeContext value={{ account_id: 1 }}>
          <WebSocketCutoverExample />
          <AccountBalanceExample scope={{ account_id: 2 }} />
        </ScopeContext>
        <PositionsExample />
      </LiveContext>
    </QueryClientProvider>,
  );
  expect(screen.getByText(/ACC12345/).textContent).toBe("ACC12345: 50,000.00 cash, by WebSocket");
  expect(screen.getAllByText("Loading…")).toHaveLength(2);
  expect(screen.getByText("SPY").parentElement?.textContent).toBe("SPY 100 at 589.42");
  expect(screen.getByText(/✅ WebSocket/).textContent).toContain("live");
  expect(screen.getByText(/⚪ REST \(Shadow\)/)).toBeDefined();
});
