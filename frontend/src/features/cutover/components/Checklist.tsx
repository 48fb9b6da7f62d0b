/** The gate's lines: a glyph, a name and a figure for each; what is missing stands in the hint. */
import type { ConsoleLine } from "@/services/contract.gen";

import { lineName, lookOf, speaksForItself } from "../verdicts";

export function Checklist({ lines, of }: { lines: readonly ConsoleLine[]; of: string }) {
  return (
    <ul className="checklist" aria-label={`Checklist of ${of}`}>
      {lines.map((line) => (
        <Line key={line.name} line={line} />
      ))}
    </ul>
  );
}

function Line({ line }: { line: ConsoleLine }) {
  const look = lookOf(line.verdict);
  return (
    <li data-tone={look.tone} title={line.missing === "" ? undefined : line.missing}>
      <span className="check-glyph" aria-hidden="true">
        {look.glyph}
      </span>
      <span className="check-name" data-spare={speaksForItself(line)}>
        {lineName(line)}
      </span>
      <span className="sr-only">{look.word}:</span>
      <span className="check-figure">{line.figure}</span>
    </li>
  );
}
