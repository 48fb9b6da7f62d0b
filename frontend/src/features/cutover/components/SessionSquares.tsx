/** The evidence as a calendar: a square for each exchange session, week by week; the one looked at says its verdict and why. */
import { useState } from "react";

import type { ConsoleSquare } from "@/services/contract.gen";

import { lookOf, squareWords, weeksOf } from "../verdicts";

export function SessionSquares({ squares, of }: { squares: readonly ConsoleSquare[]; of: string }) {
  const [looked, setLooked] = useState<string | null>(null);
  const shown = squares.find(({ session }) => session === looked) ?? [...squares].sort((a, b) => a.session.localeCompare(b.session)).at(-1);
  if (!shown) return <p className="squares-none">no session yet</p>;
  return (
    <div className="squares-of">
      <div className="squares" role="group" aria-label={`Sessions of ${of}`}>
        {weeksOf(squares).map(({ begins, squares: days }) => (
          <span key={begins} className="week">
            {days.map((square) => (
              <Square key={square.session} square={square} onLook={setLooked} />
            ))}
          </span>
        ))}
      </div>
      <p className="squares-words n" title={squareWords(shown)}>
        {squareWords(shown)}
      </p>
    </div>
  );
}

function Square({ square, onLook }: { square: ConsoleSquare; onLook: (session: string | null) => void }) {
  const look = lookOf(square.verdict);
  const see = (): void => onLook(square.session);
  return (
    <button
      type="button"
      className="square"
      data-tone={look.tone}
      aria-label={squareWords(square)}
      title={squareWords(square)}
      onFocus={see}
      onBlur={() => onLook(null)}
      onMouseEnter={see}
      onMouseLeave={() => onLook(null)}
      onClick={see}
    >
      <span aria-hidden="true">{look.glyph}</span>
    </button>
  );
}
