import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { useKeys } from "./useKeys";

function Board({ onKey }: { onKey: (key: string) => void }) {
  useKeys({ j: () => onKey("j"), Enter: () => onKey("Enter") });
  return (
    <>
      <input aria-label="text" />
      <button type="button">press</button>
    </>
  );
}

it("hears keys of the desk, and none that belong to somebody else", () => {
  const onKey = vi.fn();
  render(<Board onKey={onKey} />);
  fireEvent.keyDown(document.body, { key: "j" });
  fireEvent.keyDown(document.body, { key: "x" });
  fireEvent.keyDown(document.body, { key: "j", ctrlKey: true });
  fireEvent.keyDown(screen.getByLabelText("text"), { key: "j" });
  fireEvent.keyDown(screen.getByRole("button"), { key: "Enter" });
  expect(onKey.mock.calls).toEqual([["j"]]);
  fireEvent.keyDown(document.body, { key: "Enter" });
  expect(onKey).toHaveBeenLastCalledWith("Enter");
});

it("is deaf once it is gone", () => {
  const onKey = vi.fn();
  render(<Board onKey={onKey} />).unmount();
  fireEvent.keyDown(document.body, { key: "j" });
  expect(onKey).not.toHaveBeenCalled();
});
