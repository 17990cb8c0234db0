import { randomUUID } from "node:crypto";
import { bearerOf } from "./bearer-token.ts";
import type { Credential, SignedIn } from "./peer.ts";

const callTimeoutMs = 30_000;

/** Registers a user at a server that has Portcullis' procedures under this URL, and signs them in. */
export async function signInAt(trpcUrl: string): Promise<SignedIn> {
  const credentials = {
    email: `${randomUUID()}@example.com`,
    password: `correct horse battery ${randomUUID()}`,
  };
  await mutate(trpcUrl, "auth.register", { ...credentials, name: "Ada Lovelace" });
  const { accessToken, user } = (await mutate(trpcUrl, "auth.login", credentials)) as {
    readonly accessToken: string;
    readonly user: { readonly id: string; readonly name: string };
  };
  return { credential: bearerOf(accessToken), user: { id: user.id, name: user.name } };
}

export async function signOutAt(trpcUrl: string, credential: Credential): Promise<void> {
  await mutate(trpcUrl, "auth.logout", undefined, credential);
}

async function mutate(
  trpcUrl: string,
  procedure: string,
  input?: unknown,
  credential: Credential = {},
): Promise<unknown> {
  const response = await fetch(`${trpcUrl}/${procedure}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...credential },
    ...(input !== undefined && { body: JSON.stringify(input) }),
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  if (!response.ok) throw new Error(`${procedure} answered ${response.status}`);
  const { result } = (await response.json()) as { readonly result: { readonly data: unknown } };
  return result.data;
}
