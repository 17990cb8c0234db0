import { useEffect, type ReactNode } from "react";
import "./page.css";

/** The frame of every page: its one heading, which is also the title of the window. */
export function Page({
  title,
  lead,
  actions,
  width = "wide",
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly width?: "wide" | "column" | "form";
  readonly children: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · Portcullis`;
  }, [title]);
  return (
    <div className="page" data-width={width}>
      <div className="page__head">
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className="page__lead">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}
