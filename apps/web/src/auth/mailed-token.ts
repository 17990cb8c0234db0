import { useState } from "react";

/**
 * The token of a mail's link. It comes in the fragment, which no server sees, and is taken out of the
 * address at once: histories and screens keep addresses.
 */
export function useMailedToken(): string | undefined {
  const [token] = useState(() => {
    const found = new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
    if (found !== undefined) history.replaceState(history.state, "", location.pathname);
    return found;
  });
  return token;
}
