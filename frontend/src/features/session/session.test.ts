import { expect, it } from "vitest";

import { tokenIn } from "./session";

it("finds the one-time secret in the fragment, and nothing in an empty one", () => {
  expect(tokenIn("#kK5y-HT_5")).toBe("kK5y-HT_5");
  expect(tokenIn("#")).toBeNull();
  expect(tokenIn("")).toBeNull();
  expect(tokenIn("#%20")).toBeNull();
});

it("takes a fragment that is no proper text as it is", () => {
  expect(tokenIn("#%E0%A4%A")).toBe("%E0%A4%A");
});
