/** The examples at work: what whoever adds a panel may copy from, alive on this desk's own account. */
import { WebSocketCutoverExample } from "@/components/WebSocketCutoverExample";

import "./desk.css";
import { ConnectionBadge, ReplayChip, SignOutButton, ThemeButton } from "./HeaderParts";
import { Link } from "./Link";
import type { PlaceProps } from "./SignedIn";

export default function ExamplesPlace({ user, desk, onSignOut }: PlaceProps) {
  return (
    <div className="desk">
      <header className="top">
        <Link to="/" className="brand">
          THOR
        </Link>
        <h1 className="place">Examples</h1>
        <ReplayChip desk={desk} />
        <span className="spread" />
        <ConnectionBadge />
        <ThemeButton />
        <Link to="/" className="button">
          Desk
        </Link>
        <SignOutButton user={user} onSignOut={onSignOut} />
      </header>
      <main className="examples">
        <WebSocketCutoverExample />
      </main>
    </div>
  );
}
