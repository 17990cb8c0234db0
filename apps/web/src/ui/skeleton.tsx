import type { ReactNode } from "react";
import "./skeleton.css";

/** Takes the place of lines that are on their way. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton__line" />
      ))}
    </div>
  );
}
