import type { Parts } from "../parts.ts";
import { findOauthClientSecret } from "../repositories/oauth-clients.ts";
import { hashOf, isSecretOf, makeOpaqueToken } from "../tokens/opaque-token.ts";
import { readBasicCredentials } from "./client-credentials.ts";

/** What the secret of an unknown client is compared with, so that it is the same work. */
const decoyHash = hashOf(makeOpaqueToken());

/**
 * Says which live client a request comes from, if its Authorization header proves one. Postgres is
 * asked every time, so that a client that was revoked is refused at once, on every node.
 */
export async function authenticateClient(
  { database }: Pick<Parts, "database">,
  authorization: string | null,
): Promise<string | undefined> {
  const presented = readBasicCredentials(authorization);
  if (presented === undefined) return undefined;
  const { clientId, token } = presented;
  const storedHash = await database.read((handle) => findOauthClientSecret(handle, clientId));
  const isRight = isSecretOf(token, storedHash ?? decoyHash);
  return isRight && storedHash !== undefined ? clientId : undefined;
}
