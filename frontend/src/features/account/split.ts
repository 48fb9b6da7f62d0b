/** How an account's equity splits into holdings and cash. */
import type { AccountBalancePayload } from "@/services/contract.gen";

export interface Split {
  invested: number;
  cash: number;
}

/** Shares of the equity, 0 to 1; null where a share says nothing: no equity, short holdings, or borrowed cash. */
export function splitOf({ cash, equity }: Pick<AccountBalancePayload, "cash" | "equity">): Split | null {
  if (equity <= 0 || cash < 0 || cash > equity) return null;
  return { invested: (equity - cash) / equity, cash: cash / equity };
}
