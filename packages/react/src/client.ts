import type { PortcullisSession } from "@portcullis/client";
import type { SessionSummary } from "@portcullis/server";

/**
 * What the hooks stand on; what `createPortcullisClient` returns fits. Make it once, outside of
 * components. With a chain of links of your own, or another key than `auth`, put it together:
 * `{ session, api: { auth: api.identity } }`.
 */
export interface ReactClient {
  readonly session: PortcullisSession;
  readonly api: { readonly auth: AuthCalls };
}

/** The auth procedures that the hooks call. */
export interface AuthCalls {
  readonly confirm: Mutation<{ password: string }>;
  readonly logout: Mutation;
  readonly logoutEverywhere: Mutation;
  readonly sessions: {
    readonly list: {
      readonly query: (
        input: undefined,
        options: { signal: AbortSignal },
      ) => Promise<readonly SessionSummary[]>;
    };
    readonly revoke: Mutation<{ sessionId: string }>;
    readonly revokeOthers: Mutation;
  };
}

interface Mutation<Input = void> {
  readonly mutate: (input: Input) => Promise<unknown>;
}
