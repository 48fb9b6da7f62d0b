/** The places of this desk: `/`, `/cutover`, `/examples` and `/sign-in`. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

export const usePath = (): string => useSyncExternalStore(listen, () => location.pathname);

export function go(path: string): void {
  if (location.pathname === path) return;
  history.pushState(null, "", path);
  for (const listener of listeners) listener();
}
