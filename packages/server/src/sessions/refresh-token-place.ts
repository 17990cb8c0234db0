import type { AuthContext } from "../context/auth-context.ts";
import type { RefreshTokenPlace } from "../contract.ts";
import { PortcullisError } from "../errors.ts";

/** @throws PortcullisError `request_refused` before any work, where the cookie may not be set. */
export function requirePlace(ctx: AuthContext, place: RefreshTokenPlace): void {
  if (place === "cookie" && !ctx.refreshCookie.isAllowed) {
    throw new PortcullisError("request_refused", {
      cause: new Error(
        "A refresh cookie was asked for by a page without https, or in a streamed answer",
      ),
    });
  }
}
