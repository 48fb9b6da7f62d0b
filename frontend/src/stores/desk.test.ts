import { beforeEach, expect, it, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
});

it("keeps what was chosen in this browser", async () => {
  const first = await import("./desk");
  first.chooseAccount(7);
  first.chooseInstrument({ country: "USA", symbol: "BRK.B" });
  first.toggleTheme();
  const chosen = first.useDesk.getState();
  vi.resetModules();
  const again = await import("./desk");
  expect(again.useDesk.getState()).toEqual(chosen);
  expect(chosen).toMatchObject({ accountId: 7, instrument: { country: "USA", symbol: "BRK.B" } });
});

it.each(["{", "null", '{"theme": "pink", "accountId": "1", "instrument": {"symbol": 5}}'])(
  "begins anew where what was kept is no use: %s",
  async (kept) => {
    localStorage.setItem("thor.desk", kept);
    const { useDesk } = await import("./desk");
    expect(useDesk.getState()).toEqual({ theme: "dark", accountId: null, instrument: null });
  },
);

it("follows the system's theme at first", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  const { useDesk } = await import("./desk");
  expect(useDesk.getState().theme).toBe("light");
});
