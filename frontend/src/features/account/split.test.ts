import { expect, it } from "vitest";

import { splitOf } from "./split";

it("splits the equity into holdings and cash", () => {
  expect(splitOf({ cash: 25, equity: 100 })).toEqual({ invested: 0.75, cash: 0.25 });
});

it.each([
  [0, 0],
  [-5, 100],
  [120, 100],
])("says nothing of cash %d in equity %d", (cash, equity) => {
  expect(splitOf({ cash, equity })).toBeNull();
});
