import type { ReactNode } from "react";
import "./card.css";

/** A part of a page with a heading of its own. */
export function Card({
  title,
  lead,
  actions,
  tone,
  children,
}: {
  readonly title?: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly tone?: "bad";
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <section className="card" data-tone={tone}>
      {title !== undefined && (
        <div className="card__head">
          <div>
            <h2>{title}</h2>
            {lead !== undefined && <p>{lead}</p>}
          </div>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
