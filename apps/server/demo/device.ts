import { createPortcullisClient, type PortcullisClient } from "@portcullis/client";
import type { AppRouter } from "../src/contract.ts";

/** One of a user's devices: a client of its own, that talks to one node. */
export interface Device extends PortcullisClient<AppRouter> {
  readonly name: string;
  /** The access token that it sent last: what a thief would have. */
  readonly lastAccessToken: () => string;
}

export function createDevice(name: string, node: { readonly url: string }): Device {
  let lastAccessToken: string | undefined;
  const client = createPortcullisClient<AppRouter>({
    url: `${node.url}/trpc`,
    fetch(url, init) {
      const authorization = new Headers(init.headers).get("authorization");
      lastAccessToken = authorization?.replace("Bearer ", "") ?? lastAccessToken;
      return fetch(url, init);
    },
  });
  return {
    ...client,
    name,
    lastAccessToken() {
      if (lastAccessToken === undefined) throw new Error(`The ${name} has sent no token yet.`);
      return lastAccessToken;
    },
  };
}

const callTimeoutMs = 5_000;

/** Calls a protected procedure with nothing but a token, past the SDK. */
export async function tryToken(node: { readonly url: string }, token: string): Promise<string> {
  const response = await fetch(`${node.url}/trpc/auth.me`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  const answer = (await response.json()) as { error?: { data: { reason: string } } };
  return answer.error?.data.reason ?? "accepted";
}
