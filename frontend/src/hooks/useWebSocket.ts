/** The desk's one socket for components: its state, and holding a topic while something is shown. */
import { createContext, useContext, useEffect } from "react";

import type { LiveWriter } from "@/services/live-writer";
import type { Scope } from "@/services/slots";
import type { SocketState, ThorSocket } from "@/services/websocket";
import { useLive } from "@/stores/live";

export interface Live {
  socket: ThorSocket;
  writer: LiveWriter;
}

export const LiveContext = createContext<Live | null>(null);

/** Whose data a panel shows that does not say: the desk's account and instrument. */
export const ScopeContext = createContext<Scope>({});

export function useLivePath(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("a LiveContext must be above");
  return live;
}

export const useConnection = (): SocketState => useLive((state) => state.connection);

/** Keeps the topics subscribed, across reconnects, while the component stands. */
export function useTopics(topics: readonly string[]): void {
  const { socket } = useLivePath();
  const names = JSON.stringify(topics);
  useEffect(() => {
    const releases = (JSON.parse(names) as string[]).map((topic) => socket.subscribe(topic));
    return () => releases.forEach((release) => release());
  }, [socket, names]);
}
