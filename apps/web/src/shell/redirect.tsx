import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/**
 * Leaves this page for another one, which takes its place in the history. The fragment goes along: it
 * may be the token of a mail, for the page that one comes back to.
 *
 * Once: until the other page is there this one is still shown, and one that redirects whenever it is
 * rendered would never end.
 */
export function Redirect({
  to,
}: {
  /** The address of a page of this site, or one made of the address that is left. */
  readonly to: string | ((from: string) => string);
}): null {
  const router = useRouter();
  const isDoneRef = useRef(false);
  useEffect(() => {
    if (isDoneRef.current) return;
    isDoneRef.current = true;
    const { pathname, searchStr, hash } = router.state.location;
    const page = typeof to === "string" ? to : to(`${pathname}${searchStr}`);
    void router.navigate({ href: hash === "" ? page : `${page}#${hash}`, replace: true });
  }, [router, to]);
  return null;
}
