import { epochMs, safeInteger } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction, EmailTokenTable } from "./tables.ts";

export type EmailTokenPurpose = EmailTokenTable["purpose"];

export interface EmailTokenRecord {
  readonly id: string;
  readonly userId: string;
  /** The address that the token was sent to. */
  readonly email: string;
  /** The user's when it was asked for. */
  readonly tokenVersion: number;
  readonly secretHash: Uint8Array;
  readonly expiresAt: number;
}

export interface NewEmailToken extends Omit<EmailTokenRecord, "expiresAt"> {
  readonly purpose: EmailTokenPurpose;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Stores a token in place of the user's earlier one for the same purpose. */
export async function replaceEmailToken(
  transaction: AuthTransaction,
  token: NewEmailToken,
): Promise<void> {
  await transaction
    .insertInto("portcullis.email_token")
    .values({
      id: token.id,
      purpose: token.purpose,
      user_id: token.userId,
      email: token.email,
      token_version: token.tokenVersion,
      secret_hash: token.secretHash,
      created_at: new Date(token.createdAtMs),
      expires_at: new Date(token.expiresAtMs),
    })
    .onConflict((conflict) =>
      conflict.columns(["user_id", "purpose"]).doUpdateSet((eb) => ({
        id: eb.ref("excluded.id"),
        email: eb.ref("excluded.email"),
        token_version: eb.ref("excluded.token_version"),
        secret_hash: eb.ref("excluded.secret_hash"),
        created_at: eb.ref("excluded.created_at"),
        expires_at: eb.ref("excluded.expires_at"),
      })),
    )
    .execute();
}

export async function findEmailToken(
  database: AuthDatabase,
  purpose: EmailTokenPurpose,
  id: string,
): Promise<EmailTokenRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.email_token")
    .select(["id", "user_id", "email", "token_version", "secret_hash", "expires_at"])
    .where("id", "=", id)
    .where("purpose", "=", purpose)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      email: row.email,
      tokenVersion: safeInteger(row.token_version),
      secretHash: new Uint8Array(row.secret_hash),
      expiresAt: epochMs(row.expires_at),
    }
  );
}

/** Takes a token out of the table: of racing calls one gets it. */
export async function takeEmailToken(transaction: AuthTransaction, id: string): Promise<boolean> {
  const row = await transaction
    .deleteFrom("portcullis.email_token")
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteEmailTokens(
  transaction: AuthTransaction,
  userId: string,
): Promise<void> {
  await transaction.deleteFrom("portcullis.email_token").where("user_id", "=", userId).execute();
}
