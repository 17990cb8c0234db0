import type { OauthClientCreation } from "../src/oauth/oauth-clients.ts";
import type { TestNode } from "./start-auth.ts";

/** An answer of an endpoint, whole. */
export interface OauthAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type OauthPath = "introspect" | "revoke";

/** Another service that asks a node about tokens, as a client of its own. */
export interface OauthService {
  readonly clientId: string;
  readonly clientSecret: string;
  introspect(token: string, hint?: string): Promise<OauthAnswer>;
  revoke(token: string, hint?: string): Promise<OauthAnswer>;
}

export async function createOauthService(node: TestNode): Promise<OauthService> {
  const { clientId, clientSecret } = created(await node.auth.oauthClients.create("A service"));
  const send = (path: OauthPath, token: string, hint?: string): Promise<OauthAnswer> =>
    sendOauth(node, path, {
      headers: { authorization: basic(clientId, clientSecret) },
      body: new URLSearchParams({ token, ...(hint !== undefined && { token_type_hint: hint }) }),
    });
  return {
    clientId,
    clientSecret,
    introspect: (token, hint) => send("introspect", token, hint),
    revoke: (token, hint) => send("revoke", token, hint),
  };
}

/** Sends any request to an endpoint: a POST of a form unless told otherwise. */
export async function sendOauth(
  node: TestNode,
  path: OauthPath,
  init: RequestInit & { readonly query?: string; readonly address?: string },
): Promise<OauthAnswer> {
  const { query = "", address = "192.0.2.1", ...rest } = init;
  const request = new Request(`http://auth.test/oauth/${path}${query}`, {
    method: "POST",
    ...rest,
  });
  const response = await node.auth[path](request, address);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
}

export function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
}

export function created(
  outcome: OauthClientCreation,
): Extract<OauthClientCreation, { kind: "created" }> {
  if (outcome.kind === "created") return outcome;
  throw new Error(`The client was not created: ${outcome.kind}`);
}
