import { z } from "zod";
import type { AuthContext } from "../context/auth-context.ts";
import type { RefreshTokenPlace } from "../contract.ts";
import { PortcullisError } from "../errors.ts";

/** Where the answer's refresh token goes; for the inputs of all calls that open a session. */
export const refreshTokenPlaceSchema = z.enum(["body", "cookie"]).optional();

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
