import { epochMs } from "./column-values.ts";
import type { AuthTransaction } from "./tables.ts";

export interface NewMail {
  readonly id: string;
  readonly kind: string;
  readonly contentEncrypted: Uint8Array;
  readonly createdAtMs: number;
}

/** Inserts a mail that is due at once. */
export async function insertMail(transaction: AuthTransaction, mail: NewMail): Promise<void> {
  await transaction
    .insertInto("portcullis.mail")
    .values({
      id: mail.id,
      kind: mail.kind,
      content_encrypted: mail.contentEncrypted,
      created_at: new Date(mail.createdAtMs),
      next_attempt_at: new Date(mail.createdAtMs),
    })
    .execute();
}

/** A mail that this process alone works on, until its lease ends. */
export interface ClaimedMail {
  readonly id: string;
  readonly kind: string;
  readonly contentEncrypted: Uint8Array;
  /** This attempt included, so 1 or more. */
  readonly attempts: number;
  readonly createdAt: number;
}

interface MailLease {
  readonly nowMs: number;
  readonly endsAtMs: number;
}

/**
 * Takes the mail that is due for longest, if there is one: nobody else is given it before the lease
 * ends, and a process that dies meanwhile keeps it no longer than that. Mails that nobody has tried
 * go before those that failed, whose recipients may be slow to refuse them.
 */
export async function claimMail(
  transaction: AuthTransaction,
  lease: MailLease,
): Promise<ClaimedMail | undefined> {
  return (await claim(transaction, lease, "untried")) ?? (await claim(transaction, lease, "any"));
}

async function claim(
  transaction: AuthTransaction,
  lease: MailLease,
  which: "untried" | "any",
): Promise<ClaimedMail | undefined> {
  const row = await transaction
    .updateTable("portcullis.mail")
    .set((eb) => ({
      attempts: eb("attempts", "+", 1),
      next_attempt_at: new Date(lease.endsAtMs),
    }))
    .where("id", "=", (eb) =>
      eb
        .selectFrom("portcullis.mail")
        .select("id")
        .where("next_attempt_at", "<=", new Date(lease.nowMs))
        .$if(which === "untried", (query) => query.where("attempts", "=", 0))
        .orderBy("next_attempt_at")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(["id", "kind", "content_encrypted", "attempts", "created_at"])
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      kind: row.kind,
      contentEncrypted: new Uint8Array(row.content_encrypted),
      attempts: row.attempts,
      createdAt: epochMs(row.created_at),
    }
  );
}

/** Puts a mail off, unless its lease has ended and somebody else has claimed it. */
export async function postponeMail(
  transaction: AuthTransaction,
  mail: Pick<ClaimedMail, "id" | "attempts">,
  nextAttemptAtMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.mail")
    .set({ next_attempt_at: new Date(nextAttemptAtMs) })
    .where("id", "=", mail.id)
    .where("attempts", "=", mail.attempts)
    .execute();
}

/** @returns whether it was this call that deleted it: of several at once, one did. */
export async function deleteMail(transaction: AuthTransaction, id: string): Promise<boolean> {
  const row = await transaction
    .deleteFrom("portcullis.mail")
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
