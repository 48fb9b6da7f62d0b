/** The whole desk on a fake server, at an address of it, under a clock that the test moves. */
import { act, render } from "@testing-library/react";
import { vi } from "vitest";

import { App } from "@/app/App";
import "@/app/features";

import "./fakeCharts";
import { FakeServer, type Stages } from "./fakeServer";

/** Lets what is under way settle: answers, effects, and `ms` of time. */
export async function pass(ms = 0): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

export async function renderApp(stages?: Stages, prepare: (server: FakeServer) => void = () => undefined, path = "/") {
  vi.useFakeTimers({ now: Date.parse("2026-11-20T19:31:07Z"), shouldAdvanceTime: false });
  history.replaceState(null, "", path);
  const server = new FakeServer(stages).install();
  prepare(server);
  const view = render(<App />);
  await pass(50);
  return { server, ...view };
}
