/** A panel: its name, what stands beside it, where its data is from and how old it is, and its content. */
import { useId, type ReactNode } from "react";

import { useNow } from "@/hooks/useNow";
import { useLive } from "@/stores/live";

import { Boundary } from "./Boundary";
import { freshnessOf, type Freshness, type Sourced } from "./freshness";
import "./ui.css";

interface PanelProps {
  title: string;
  className?: string;
  /** Stands beside the title. */
  aside?: ReactNode;
  /** Whose source and age are shown; none for panels that tell about the desk itself. */
  data?: Sourced;
  corner?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, className, aside, data, corner, children }: PanelProps) {
  const id = useId();
  const freshness = useFreshness(data);
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={id} data-stale={freshness?.isStale ?? false}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
        <span className="spread" />
        {corner}
        {freshness && <SourceBadge freshness={freshness} />}
      </header>
      <Boundary what={title}>{children}</Boundary>
    </section>
  );
}

export function useFreshness(data: Sourced | undefined): Freshness | null {
  const now = useNow();
  const serverOffset = useLive((state) => state.serverOffset);
  const isReplay = useLive((state) => state.replay !== null);
  return data ? freshnessOf(data, { now, serverOffset, isReplay }) : null;
}

export function SourceBadge({ freshness }: { freshness: Freshness }) {
  return (
    <span className="source" data-tone={freshness.tone} title={freshness.title}>
      <span className="source-glyph" aria-hidden="true">
        {freshness.glyph}
      </span>
      <span>{freshness.label}</span>
      {freshness.age && <span className="source-age n">{freshness.age}</span>}
    </span>
  );
}
