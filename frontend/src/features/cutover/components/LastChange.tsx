/** The last change, and how many of the open dashboards have answered it, live. */
import { Panel } from "@/components/ui/Panel";
import { Empty, Skeleton } from "@/components/ui/states";
import { fixed, whole } from "@/format/figures";
import type { AnswersPayload, ConsoleMove } from "@/services/contract.gen";

import { moveWords } from "../steps";
import type { Told } from "../useConsole";
import { When } from "./FeatureRow";

interface LastChangeProps {
  answers: Told<"answers">;
  /** Newest first; null: not known yet. */
  moves: readonly ConsoleMove[] | null;
}

export function LastChange({ answers, moves }: LastChangeProps) {
  const last = moves?.[0];
  return (
    <Panel title="Last change" className="newest-change" corner={last && <When at={last.at} />}>
      {moves === null && <Skeleton lines={2} label="The last change is loading" />}
      {moves !== null && !last && <Empty title="Nothing was moved yet">Advance a feature, and watch the dashboards answer here.</Empty>}
      {last && (
        <div className="change-body">
          <p>
            <b>{last.feature}</b> {moveWords(last, moves ?? [])} <span className="mute">by {last.by}</span>
          </p>
          {answers.payload && <Answered answers={answers.payload} />}
        </div>
      )}
    </Panel>
  );
}

function Answered({ answers }: { answers: AnswersPayload }) {
  const { dashboards, answered, polling, polling_answered } = answers;
  const share = dashboards === 0 ? 1 : Math.min(1, answered / dashboards);
  return (
    <>
      <p className="change-answered" role="status" data-done={answered >= dashboards}>
        {answeredWords(answers)}
      </p>
      <div className="change-bar" aria-hidden="true">
        <span style={{ inlineSize: `${share * 100}%` }} data-done={share === 1} />
      </div>
      {polling > 0 && (
        <p className="mute change-polling">
          {whole(polling_answered)} of {whole(polling)} that poll without a socket have heard; the others do with their next poll
        </p>
      )}
    </>
  );
}

/** `412 of 412 dashboards answered after 0.6 s`. */
export function answeredWords({ dashboards, answered, seconds }: Pick<AnswersPayload, "dashboards" | "answered" | "seconds">): string {
  if (dashboards === 0) return "No dashboard is open to answer";
  const after = seconds === null || answered === 0 ? "" : ` after ${fixed(seconds, 1)} s`;
  return `${whole(answered)} of ${whole(dashboards)} ${dashboards === 1 ? "dashboard" : "dashboards"} answered${after}`;
}
