/** Both payloads of one recorded mismatch, as they came. */
import { get } from "@/services/api";
import { mismatchPayloads, type Payloads } from "@/services/console-contract";
import { checked } from "@/services/contract";

/** Null where it was forgotten meanwhile: only the newest are kept. */
export async function payloadsOf({ id, feature }: { id: number; feature: string }): Promise<Payloads | null> {
  const body = await get(`/api/cutover/mismatches/?feature=${encodeURIComponent(feature)}&before=${id + 1}`);
  const { items } = checked(mismatchPayloads, body, "mismatches");
  const found = items.find((item) => item.id === id);
  return found ? { rest: inLines(found.rest), socket: inLines(found.socket) } : null;
}

/** JSON in lines; any other text as it is. */
function inLines(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
