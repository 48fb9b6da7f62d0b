/** One stop for the Tab key in a row of buttons; the arrows go from one to the next. */
import type { KeyboardEvent } from "react";

const STEPS: Readonly<Record<string, (at: number, length: number) => number>> = {
  ArrowRight: (at, length) => Math.min(length - 1, at + 1),
  ArrowLeft: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_, length) => length - 1,
};

export function arrowsMoveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  buttons.forEach((button) => (button.tabIndex = -1));
  const next = buttons[step(at, buttons.length)];
  if (!next) return;
  next.tabIndex = 0;
  next.focus();
}
