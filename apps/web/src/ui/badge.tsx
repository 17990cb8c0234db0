import type { ReactNode } from "react";
import type { Tone } from "./notice.tsx";
import "./badge.css";

/** A word about the thing beside it. */
export function Badge({
  tone,
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}
