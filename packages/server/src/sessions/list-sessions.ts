import type { SignedIn } from "../context/auth-context.ts";
import type { SessionSummary } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { listLiveSessions } from "../repositories/sessions.ts";

/** The live sessions of the user, newest first, at most 100. */
export async function listSessions(
  parts: Parts,
  { user, session: current }: SignedIn,
): Promise<SessionSummary[]> {
  const sessions = await parts.database.read((database) =>
    listLiveSessions(database, user.id, parts.now()),
  );
  return sessions.map((session) => ({
    id: session.id,
    userAgent: session.userAgent,
    address: session.address,
    createdAt: new Date(session.createdAt).toISOString(),
    lastUsedAt: new Date(session.lastUsedAt).toISOString(),
    expiresAt: new Date(session.expiresAt).toISOString(),
    current: session.id === current.id,
  }));
}
