/** The cutover console's place: for operators; whoever else comes is told so. */
import { Empty } from "@/components/ui/states";
import { Console } from "@/features/cutover/components/Console";
import { useOperatorsTopic } from "@/features/cutover/useConsole";
import { useKeys } from "@/hooks/useKeys";
import type { ConsoleSession } from "@/services/contract.gen";
import { toggleTheme } from "@/stores/desk";

import "./desk.css";
import { ConnectionBadge, isOperator, ReplayChip, SignOutButton, ThemeButton } from "./HeaderParts";
import { Link } from "./Link";
import type { PlaceProps } from "./SignedIn";

export default function ConsolePlace(props: PlaceProps) {
  useKeys({ t: toggleTheme });
  return isOperator(props.user) ? <ForOperators {...props} /> : <ForOthers {...props} />;
}

function ForOperators({ user, desk, onSignOut }: PlaceProps) {
  const told = useOperatorsTopic("console");
  const answers = useOperatorsTopic("answers");
  const dashboards = answers.payload?.dashboards ?? told.payload?.dashboards;
  return (
    <div className="desk">
      <header className="top">
        <Link to="/" className="brand">
          THOR
        </Link>
        <h1 className="place">Cutover console</h1>
        <ReplayChip desk={desk} />
        <span className="spread" />
        {dashboards !== undefined && (
          <span className="chip">
            <b className="n">{dashboards}</b> {dashboards === 1 ? "dashboard" : "dashboards"} open
          </span>
        )}
        <SessionChip session={told.payload?.session ?? null} />
        <span className="chip">{user.role}</span>
        <ConnectionBadge />
        <ThemeButton />
        <Link to="/" className="button">
          Desk
        </Link>
        <SignOutButton user={user} onSignOut={onSignOut} />
      </header>
      <main className="console">
        <Console told={told} answers={answers} />
      </main>
    </div>
  );
}

/** The calendar's session: the one that runs, or the next. */
function SessionChip({ session }: { session: ConsoleSession | null }) {
  if (session === null) return null;
  const { calendar, date, is_open } = session;
  return (
    <span className="chip" title={`${session.opens_at} to ${session.closes_at}`}>
      <span aria-hidden="true">{is_open ? "●" : "○"}</span> {calendar} {is_open ? "open" : "closed"} · session <span className="n">{date}</span>
    </span>
  );
}

function ForOthers({ user, onSignOut }: PlaceProps) {
  return (
    <div className="desk">
      <header className="top">
        <Link to="/" className="brand">
          THOR
        </Link>
        <h1 className="place">Cutover console</h1>
        <span className="spread" />
        <ThemeButton />
        <SignOutButton user={user} onSignOut={onSignOut} />
      </header>
      <main className="blank">
        <Empty title="Operators only">
          Moving features between REST and the socket is theirs. What your own desk reads, and why, stands in “Data sources” on <Link to="/">your desk</Link>.
        </Empty>
      </main>
    </div>
  );
}
