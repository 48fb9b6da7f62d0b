/** What the user's desk is about: the chosen account and instrument, else the first; null: there is none; undefined: not known yet. */
import type { Account, Instrument } from "@/services/rest-contract";
import type { Choice } from "@/stores/desk";

export const chosenAccount = (accounts: readonly Account[] | undefined, id: number | null): Account | null | undefined =>
  accounts && (accounts.find((account) => account.id === id) ?? accounts[0] ?? null);

export const chosenInstrument = (watchlist: readonly Instrument[] | undefined, choice: Choice | null): Instrument | null | undefined =>
  choice ?? (watchlist && (watchlist[0] ?? null));
