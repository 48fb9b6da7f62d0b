/** True for half a second after a value changed; the first value is no change. */
import { useEffect, useRef, useState } from "react";

export const GLOW_MS = 500;

export function useChanged(value: unknown): boolean {
  const before = useRef(value);
  const [isFresh, setFresh] = useState(false);
  useEffect(() => {
    if (Object.is(before.current, value)) return undefined;
    before.current = value;
    setFresh(true);
    const timer = setTimeout(() => setFresh(false), GLOW_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return isFresh;
}
