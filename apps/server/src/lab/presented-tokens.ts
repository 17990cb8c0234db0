import { IncomingMessage } from "node:http";
import type { Auth } from "@portcullis/server";

/** The access tokens that requests came with, for the checks that the lab compares with the real one. */
export interface PresentedTokens {
  /** The same auth, which notes the token of each context that it makes for a request. */
  readonly noting: (auth: Auth) => Auth;
  /** Of a call by HTTP; of one over a WebSocket there is none. */
  readonly of: (context: object) => string | undefined;
}

export function createPresentedTokens(): PresentedTokens {
  // Nothing is kept of a request that is over: a token goes with its context.
  const tokens = new WeakMap<object, string>();
  return {
    noting: (auth) => ({
      ...auth,
      async createContext(request) {
        const context = await auth.createContext(request);
        const { req } = request;
        const header =
          req instanceof IncomingMessage
            ? req.headersDistinct["authorization"]?.join(", ")
            : req.headers.get("authorization");
        const [, token] = /^Bearer ([\w.-]+)$/.exec(header ?? "") ?? [];
        if (token !== undefined) tokens.set(context, token);
        return context;
      },
    }),
    of: (context) => tokens.get(context),
  };
}
