/** What the headers of all places share: whether it is a replay, whether the line stands, the theme, and the way out. */
import { useConnection } from "@/hooks/useWebSocket";
import type { Desk, User } from "@/services/rest-contract";
import { toggleTheme, useDesk } from "@/stores/desk";
import { useLive } from "@/stores/live";

import { connectionWords } from "./connection";
import "./header.css";
import { useReplayEnd } from "./useReplayEnd";

export function ReplayChip({ desk }: { desk: Desk | undefined }) {
  const replay = useLive((state) => state.replay);
  useReplayEnd(replay !== null && replay.label !== "finished");
  if (!replay) return null;
  return (
    <span className="replay-chip" title={desk?.replay?.file}>
      <b>
        <span aria-hidden="true">► </span>REPLAY
      </b>
      <span>{replay.label}</span>
    </span>
  );
}

export function ConnectionBadge() {
  const { tone, word, detail } = connectionWords(useConnection());
  return (
    <span className="chip connection" data-tone={tone}>
      <span className="connection-dot" aria-hidden="true" />
      <b role="status">{word}</b>
      <span className="n">{detail}</span>
    </span>
  );
}

export function ThemeButton() {
  const theme = useDesk((state) => state.theme);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" className="button theme-button" onClick={toggleTheme} aria-label={`Change to the ${other} theme`}>
      <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>
    </button>
  );
}

export function SignOutButton({ user, onSignOut }: { user: User; onSignOut: () => void }) {
  return (
    <button type="button" className="button" onClick={onSignOut} title={`${user.username}, ${user.role}`}>
      Sign out
    </button>
  );
}

export const isOperator = (user: User): boolean => user.role === "operator";
