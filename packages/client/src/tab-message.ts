import type { User } from "@portcullis/server";
import { isSessionEndReason, type SessionEndReason } from "./errors.ts";
import { elapsedMs } from "./clock.ts";
import { readAccessToken, readUser, type AccessToken } from "./token-set.ts";

/** What one tab tells the others. Never carries a refresh token. */
export type TabMessage =
  | {
      /** `renewed` goes on with the session, `replaced` is another one. */
      readonly kind: "renewed" | "replaced";
      readonly access: AccessToken;
      readonly user: User;
    }
  /** Without a reason: by choice. */
  | { readonly kind: "ended"; readonly reason: SessionEndReason | undefined };

// Tabs of one origin may run different releases: a message of another version is passed over.
const version = 1;

export function writeTabMessage(message: TabMessage): unknown {
  if (message.kind === "ended") return { version, kind: "ended", reason: message.reason };
  const { text, lifeMs, since } = message.access;
  const leftMs = Math.max(0, lifeMs - elapsedMs(since));
  return { version, kind: message.kind, accessToken: text, leftMs, user: message.user };
}

/** What came over the channel, where any script of the origin may write; undefined when it is not ours. */
export function readTabMessage(data: unknown): TabMessage | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const fields = data as Record<string, unknown>;
  if (fields["version"] !== version) return undefined;
  const { kind, reason, accessToken, leftMs, user } = fields;
  if (kind === "ended") {
    return reason === undefined || isSessionEndReason(reason) ? { kind, reason } : undefined;
  }
  if (kind !== "renewed" && kind !== "replaced") return undefined;
  try {
    return { kind, access: readAccessToken(accessToken, leftMs), user: readUser(user) };
  } catch {
    return undefined;
  }
}
