import type { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import type { AuditedChange, ChangedUser } from "../admin/audited-change.ts";
import { applyChange } from "../admin/audited-change.ts";
import { createBanInput } from "../admin/ban-input.ts";
import { changeOfBan } from "../admin/ban-user.ts";
import { createAdmin, createAdminInput } from "../admin/create-admin.ts";
import type { AdminCreation } from "../admin/create-admin.ts";
import { changeOfLogout } from "../admin/log-user-out.ts";
import { raiseAuditedEpoch } from "../admin/revoke-all-tokens.ts";
import { changeOfUnban } from "../admin/unban-user.ts";
import { summarizeUser } from "../admin/user-summary.ts";
import type { InputIssue, UserSummary } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { listIssues } from "../format-error.ts";
import type { Parts } from "../parts.ts";
import { realmId } from "../repositories/realm.ts";
import { listLiveSessions } from "../repositories/sessions.ts";
import { findListedUser } from "../repositories/user-list.ts";
import { findUserByEmail, holdUser } from "../repositories/users.ts";
import { checkSigningKeys } from "./check-signing-keys.ts";
import type { SigningKeyCheck } from "./check-signing-keys.ts";

/** An input that was not taken; nothing was changed. */
export interface InputRefusal {
  readonly kind: "input_invalid";
  /** At most 10. They name the field and the rule, and never what was given. */
  readonly issues: readonly InputIssue[];
}

/** Nobody has this email. */
export interface UserMissing {
  readonly kind: "not_found";
}

/** A password that is too easy to guess; nothing was changed. */
export interface PasswordRefusal {
  readonly kind: "password_refused";
  readonly why: "common" | "context" | "breached" | undefined;
}

/** A user, as they are now. */
export interface UserReport {
  readonly user: UserSummary;
  /** Sessions that a token could still come from, at most 100. */
  readonly liveSessions: number;
}

/**
 * What operators do to users, past all roles. Every change stands in the audit log, without an
 * actor.
 *
 * The changing methods need `cache.start()` before them, and none of them `auth.start()`. When one
 * returns, no node accepts what it revoked. They throw what `cache.write` throws, and
 * `PortcullisError` with `unavailable` when nothing was changed or `outcome_unknown`: then look
 * before you try again.
 *
 * @example
 * ```ts setup=auth
 * const outcome = await auth.console.banUser({ email: "eve@example.com", reason: "Spam" });
 * if (outcome.kind === "banned") console.log(`${outcome.user.name} is out, on every node.`);
 * ```
 */
export interface Console {
  /**
   * Makes an admin: a new user, or one there is, whose name and password then stay. The bounds of
   * email, name and password are those of `auth.register`.
   */
  createAdmin(input: {
    readonly email: string;
    readonly name: string;
    readonly password: string;
  }): Promise<AdminCreation | PasswordRefusal | InputRefusal>;
  showUser(email: string): Promise<({ readonly kind: "found" } & UserReport) | UserMissing>;
  /**
   * Ends the user's sessions and refuses their logins.
   *
   * @param input.reason 1 to 500 characters, for the audit log.
   * @param input.expiresAt ISO 8601 in UTC, in the future and at most 10 years ahead. Default: for good.
   */
  banUser(input: {
    readonly email: string;
    readonly reason: string;
    readonly expiresAt?: string | undefined;
  }): Promise<{ readonly kind: "banned"; readonly user: UserSummary } | UserMissing | InputRefusal>;
  /** Lets the user sign in again; tokens of before stay revoked. */
  unbanUser(
    email: string,
  ): Promise<{ readonly kind: "unbanned"; readonly user: UserSummary } | UserMissing>;
  /** Ends every session and token of the user. */
  logOutUser(
    email: string,
  ): Promise<{ readonly kind: "logged_out"; readonly user: UserSummary } | UserMissing>;
  /** Ends every session and token there is, by raising the epoch that they all name. */
  revokeAllTokens(): Promise<{ readonly tokenEpoch: number }>;
  /**
   * Whether the secrets of this node open the signing keys that a start needs, newest first. Changes
   * nothing.
   */
  checkSigningKeys(): Promise<readonly SigningKeyCheck[]>;
}

export function createConsole(parts: Parts): Console {
  const banInput = createBanInput(parts.now).omit({ userId: true }).extend({ email: emailSchema });

  async function findUserId(email: string): Promise<string | undefined> {
    const canonical = emailSchema.safeParse(email);
    // No user has an email that no user could register with.
    if (!canonical.success) return undefined;
    const owner = await parts.database.read((database) =>
      findUserByEmail(database, canonical.data),
    );
    return owner?.id;
  }

  /** @returns `undefined` when nobody has the email. */
  async function changeUserOf(
    email: string,
    change: AuditedChange,
  ): Promise<UserSummary | undefined> {
    const userId = await findUserId(email);
    if (userId === undefined) return undefined;
    const key = parts.cached.users.key(userId);
    const changed = await parts.cache.write<ChangedUser | undefined>([key], async (handle) => {
      const transaction = handle.withoutPlugins();
      const user = await holdUser(transaction, userId, "change");
      return user && (await applyChange(parts, transaction, user, change));
    });
    if (changed === undefined) return undefined;
    parts.report(changed.event);
    return summarizeUser(changed.user, parts.now());
  }

  return {
    async createAdmin(input) {
      const checked = createAdminInput.safeParse(input);
      if (!checked.success) return refuse(checked.error);
      try {
        return await createAdmin(parts, checked.data);
      } catch (error) {
        if (!(error instanceof PortcullisError && error.reason === "password_refused")) throw error;
        return { kind: "password_refused", why: error.facts.passwordFault };
      }
    },

    async showUser(email) {
      const userId = await findUserId(email);
      if (userId === undefined) return missing;
      return await parts.database.read(async (database) => {
        const user = await findListedUser(database, userId);
        if (user === undefined) return missing;
        const sessions = await listLiveSessions(database, userId, parts.now());
        const summary = summarizeUser(user, parts.now());
        return { kind: "found", user: summary, liveSessions: sessions.length };
      });
    },

    async banUser(input) {
      const checked = banInput.safeParse(input);
      if (!checked.success) return refuse(checked.error);
      const { email, ...ban } = checked.data;
      const user = await changeUserOf(email, changeOfBan(ban, "console", parts.now()));
      return user === undefined ? missing : { kind: "banned", user };
    },

    async unbanUser(email) {
      const user = await changeUserOf(email, changeOfUnban("console", parts.now()));
      return user === undefined ? missing : { kind: "unbanned", user };
    },

    async logOutUser(email) {
      const user = await changeUserOf(email, changeOfLogout("console", parts.now()));
      return user === undefined ? missing : { kind: "logged_out", user };
    },

    async revokeAllTokens() {
      const event = await parts.cache.write([parts.cached.realm.key(realmId)], (handle) =>
        raiseAuditedEpoch(parts, handle.withoutPlugins(), "console"),
      );
      parts.report(event);
      return { tokenEpoch: event.details.tokenEpoch };
    },

    checkSigningKeys: () => checkSigningKeys(parts),
  };
}

const missing: UserMissing = { kind: "not_found" };

function refuse({ issues }: z.core.$ZodError): InputRefusal {
  return { kind: "input_invalid", issues: listIssues(issues) };
}
