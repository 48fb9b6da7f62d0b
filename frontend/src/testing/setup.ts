/** What every test starts from: a clean page, clean stores, and what jsdom does not have. */
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

import { blankLive, useLive } from "@/stores/live";

beforeEach(() => {
  useLive.setState(blankLive());
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.useRealTimers();
});

// jsdom knows the element, not how it opens.
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});
