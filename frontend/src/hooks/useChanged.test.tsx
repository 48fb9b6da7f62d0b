import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { GLOW_MS, useChanged } from "./useChanged";

function Cell({ value }: { value: string }) {
  return <p>{useChanged(value) ? "glows" : "rests"}</p>;
}

it("glows for half a second when the value changed, and not at first", () => {
  vi.useFakeTimers();
  const { rerender } = render(<Cell value="1" />);
  expect(screen.getByText("rests")).toBeDefined();
  rerender(<Cell value="2" />);
  expect(screen.getByText("glows")).toBeDefined();
  act(() => {
    vi.advanceTimersByTime(GLOW_MS);
  });
  expect(screen.getByText("rests")).toBeDefined();
});
