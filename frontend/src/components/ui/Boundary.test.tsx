import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { Boundary } from "./Boundary";

function Broken(): never {
  throw new Error("The file is gone.");
}

it("keeps a fault to its panel", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  render(
    <>
      <Boundary what="The chart">
        <Broken />
      </Boundary>
      <p>the rest</p>
    </>,
  );
  expect(screen.getByRole("alert").textContent).toContain("The chart cannot be shown");
  expect(screen.getByText("the rest")).toBeDefined();
});
