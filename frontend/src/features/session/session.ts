/** Signing in and out: by password, or by the one-time link whose secret stands in the page's fragment. */
import { get, giveUpReads, post, remove } from "@/services/api";
import { readUser, type User } from "@/services/rest-contract";

export const currentUser = async (): Promise<User> => readUser(await get("/api/session/"));

export const signIn = async (username: string, password: string): Promise<User> =>
  readUser(await post("/api/session/", { username, password }));

export const signInByLink = async (token: string): Promise<User> =>
  readUser(await post("/api/session/link/", { token }));

export async function signOut(): Promise<void> {
  giveUpReads();
  await remove("/api/session/");
}

/** The secret in `#TOKEN`; null where there is none. */
export function tokenIn(hash: string): string | null {
  const token = decoded(hash.replace(/^#/, "")).trim();
  return token === "" ? null : token;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
