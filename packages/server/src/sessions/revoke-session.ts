import { z } from "zod";
import type { SignedIn } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { findSessionOwner } from "../repositories/sessions.ts";
import { lowerCaseUuidSchema } from "../text-rules.ts";
import { endSession } from "./end-session.ts";

export const revokeSessionInput = z.strictObject({ sessionId: lowerCaseUuidSchema });

/** Ends one of the user's own sessions. Of others it says the same as of those that never were. */
export async function revokeOwnSession(
  parts: Parts,
  { sessionId }: z.output<typeof revokeSessionInput>,
  { user }: SignedIn,
  requestId: string,
): Promise<{ sessionId: string }> {
  const owner = await parts.database.read((database) => findSessionOwner(database, sessionId));
  if (owner !== user.id) throw new PortcullisError("session_not_found");
  await endSession(parts, sessionId);
  parts.report({ kind: "session_revoked", requestId, userId: user.id, sessionId });
  return { sessionId };
}
