/** A figure that glows for half a second when it changed, and a change with its colour, sign and glyph. */
import { directionOf, fixed, GLYPHS, NOTHING, signed } from "@/format/figures";
import { useChanged } from "@/hooks/useChanged";

export function Figure({ text, className }: { text: string; className?: string }) {
  const isFresh = useChanged(text);
  return <span className={`n ${isFresh ? "glows" : ""} ${className ?? ""}`}>{text}</span>;
}

/** `▲ 1,204.15`, `▼ −134.40`: colour, sign and glyph all say the same. */
export function Change({ value, decimals = 2 }: { value: number; decimals?: number }) {
  const direction = directionOf(Number(value.toFixed(decimals)));
  const isFresh = useChanged(fixed(value, decimals));
  return (
    <span className={`n ${direction} ${isFresh ? "glows" : ""}`}>
      <span className="glyph" aria-hidden="true">
        {GLYPHS[direction]}
      </span>
      {signed(value, decimals)}
    </span>
  );
}

export function Percent({ value }: { value: number | null }) {
  if (value === null) return <span className="n flat">{NOTHING}</span>;
  const direction = directionOf(Number(value.toFixed(2)));
  return <span className={`n ${direction}`}>{signed(value, 2)} %</span>;
}
