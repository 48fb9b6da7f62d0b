/** What a panel shows instead of figures: that they are coming, that there are none, or what went wrong. */
import type { ReactNode } from "react";

export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="skeleton-line" />
      ))}
    </div>
  );
}

/** A single surface, for what is drawn rather than written. */
export function SkeletonSurface({ label }: { label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      <span className="skeleton-line skeleton-surface" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Fault({ title, detail, onRetry }: { title: string; detail: string; onRetry?: () => void }) {
  return (
    <div className="state" role="alert">
      <p className="state-title">
        <span aria-hidden="true">△ </span>
        {title}
      </p>
      <p>{detail}</p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Load again
        </button>
      )}
    </div>
  );
}
