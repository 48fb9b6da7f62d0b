/** Every move, newest first: when, what, by whom, and why. */
import { Panel } from "@/components/ui/Panel";
import { Empty, Skeleton } from "@/components/ui/states";
import type { ConsoleMove } from "@/services/contract.gen";

import { isBack, moveWords } from "../steps";
import { When } from "./FeatureRow";

/** Null: not known yet. */
export function History({ moves }: { moves: readonly ConsoleMove[] | null }) {
  return (
    <Panel title="History" className="history">
      {moves === null && <Skeleton lines={4} label="The history is loading" />}
      {moves?.length === 0 && <Empty title="No moves yet" />}
      {moves !== null && moves.length > 0 && (
        <div className="console-scroll" role="region" aria-label="History, scrollable" tabIndex={0}>
          <table className="console-table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Feature</th>
                <th scope="col">Move, by whom and why</th>
              </tr>
            </thead>
            <tbody>
              {moves.map((move) => (
                <Row key={`${move.feature} ${move.version}`} move={move} moves={moves} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Row({ move, moves }: { move: ConsoleMove; moves: readonly ConsoleMove[] }) {
  return (
    <tr>
      <td>
        <When at={move.at} />
      </td>
      <td>{move.feature}</td>
      <td>
        <span className={isBack(move) ? "step-back" : ""}>{moveWords(move, moves)}</span> by {move.by}{" "}
        {move.forced && <span className="tag forced">forced</span>}
        <p className="mute">{move.reason}</p>
      </td>
    </tr>
  );
}
