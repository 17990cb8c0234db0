import type { ReactNode } from "react";
import "./area-nav.css";

/** The pages of a part of the site, above each of them: links with `area-nav__link`. */
export function AreaNav({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <nav className="area-nav" aria-label={label}>
      {children}
    </nav>
  );
}
