import type { AuditEvent } from "../audit/audit-event.ts";
import type { Parts } from "../parts.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { findListedUser } from "../repositories/user-list.ts";
import type { ListedUser } from "../repositories/user-list.ts";
import { changeUser } from "../repositories/users.ts";
import type { UserWithHash, UserChange } from "../repositories/users.ts";

/** What is done to a user, and what the audit log says of it. */
export interface AuditedChange {
  readonly change: UserChange;
  readonly describe: (before: UserWithHash, after: ListedUser) => AuditEvent;
}

/** Report `event` once the transaction has committed. */
export interface ChangedUser {
  readonly user: ListedUser;
  readonly event: AuditEvent;
}

/** Changes a user whom the transaction holds against change, and writes it down with it. */
export async function applyChange(
  { audit }: Pick<Parts, "audit">,
  transaction: AuthTransaction,
  before: UserWithHash,
  { change, describe }: AuditedChange,
): Promise<ChangedUser> {
  await changeUser(transaction, before.id, change);
  const user = await findListedUser(transaction, before.id);
  if (user === undefined) throw new Error("A user that is held against change is gone");
  const event = describe(before, user);
  await audit.insert(transaction, event);
  return { user, event };
}
