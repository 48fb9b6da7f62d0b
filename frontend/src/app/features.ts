/** Which features this desk has: loading them registers their slots. */
import "@/features/account/feature";
import "@/features/bars/feature";
import "@/features/markets/feature";
import "@/features/positions/feature";

export const FEATURES = ["account_balance", "positions", "intraday", "global_market"] as const;
