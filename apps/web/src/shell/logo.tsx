import type { ReactNode } from "react";

export function Logo(): ReactNode {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden>
      <path d="M6 27V14a10 10 0 0 1 20 0v13" />
      <path d="M12.6 4.9V27M19.4 4.9V27M6 13h20M6 20h20" />
    </svg>
  );
}
