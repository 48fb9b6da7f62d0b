/** What the user chose on this desk: theme, account, symbol; kept in this browser. */
import { create } from "zustand";

export type Theme = "dark" | "light";

export interface Choice {
  country: string;
  symbol: string;
}

interface DeskState {
  theme: Theme;
  accountId: number | null;
  instrument: Choice | null;
}

const KEY = "thor.desk";

function stored(): Partial<Record<keyof DeskState, unknown>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function readChoice(value: unknown): Choice | null {
  if (typeof value !== "object" || value === null) return null;
  const { country, symbol } = value as Record<string, unknown>;
  return typeof country === "string" && typeof symbol === "string" ? { country, symbol } : null;
}

const prefersLight = (): boolean =>
  typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: light)").matches;

function initial(): DeskState {
  const { theme, accountId, instrument } = stored();
  return {
    theme: theme === "dark" || theme === "light" ? theme : prefersLight() ? "light" : "dark",
    accountId: typeof accountId === "number" ? accountId : null,
    instrument: readChoice(instrument),
  };
}

export const useDesk = create<DeskState>()(initial);

useDesk.subscribe((state) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // A browser without storage forgets the choice; the desk works all the same.
  }
});

export const chooseAccount = (accountId: number): void => useDesk.setState({ accountId });
export const chooseInstrument = (instrument: Choice): void => useDesk.setState({ instrument });
export const toggleTheme = (): void =>
  useDesk.setState(({ theme }) => ({ theme: theme === "dark" ? "light" : "dark" }));
