import type { Mail } from "../mail/mail.ts";
import type { Parts } from "../parts.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { isVerified } from "../repositories/users.ts";
import type { UserRecord } from "../repositories/users.ts";

type Notice = Extract<
  Mail,
  { kind: "password_changed" | "session_compromised" | "new_login" | "account_deleted" }
>;

/**
 * Tells a user by mail of what happened to their account. Not at an address that nobody has verified:
 * a stranger could have its owner's mailbox filled, with words of the stranger's choice.
 */
export async function tellUser(
  parts: Parts,
  transaction: AuthTransaction,
  user: UserRecord,
  notice: WithoutRecipient<Notice>,
): Promise<void> {
  if (!isVerified(user)) return;
  await parts.mail.queue(transaction, { ...notice, to: user.email, name: user.name });
}

type WithoutRecipient<Kind> = Kind extends unknown ? Omit<Kind, "to" | "name"> : never;
