/** The build's environment, read once: the guess of each feature's source until the server has spoken. */

const FLAG = /^VITE_WS_FEATURE_([A-Z_]+)$/;
const YES = new Set(["1", "true", "yes", "on"]);

/** `{"positions": true}` from `VITE_WS_FEATURE_POSITIONS=true`; anything else than yes is no. */
export function guessesFrom(env: Readonly<Record<string, unknown>>): Readonly<Record<string, boolean>> {
  const guesses: Record<string, boolean> = {};
  for (const [name, value] of Object.entries(env)) {
    const feature = FLAG.exec(name)?.[1];
    if (feature) guesses[feature.toLowerCase()] = YES.has(String(value).trim().toLowerCase());
  }
  return guesses;
}

export const GUESSES = guessesFrom(import.meta.env);

/** Where this page's socket is. */
export function socketUrl(location: { protocol: string; host: string }): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws/?subscribe=manual`;
}
