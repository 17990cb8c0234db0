import type { ColumnType, Generated, GeneratedAlways, Kysely, Transaction } from "kysely";

/** pg answers bigint with a string, PGlite with a number or a bigint. */
type BigInteger = ColumnType<string | number | bigint, number | undefined, number>;
/** A parser of the application's may turn timestamps into strings. */
type Time = ColumnType<Date | string | number, Date, Date>;
type OptionalTime = ColumnType<Date | string | number | null, Date | null | undefined, Date | null>;

export interface UserTable {
  id: string;
  email: string;
  name: string;
  role: Generated<string>;
  password_hash: string;
  token_version: BigInteger;
  banned_at: OptionalTime;
  ban_reason: string | null;
  /** Null where the ban has no end, or there is none. */
  ban_expires_at: OptionalTime;
  email_verified_at: OptionalTime;
  created_at: Time;
}

export interface SessionTable {
  id: string;
  user_id: string;
  /** The user's at login; the session lives while they are equal. */
  token_version: BigInteger;
  /** The realm's at login; the session lives while they are equal. */
  token_epoch: BigInteger;
  user_agent: string | null;
  /** The client's IP address at login. */
  address: string | null;
  created_at: Time;
  /** Coarse: written at most once an hour. */
  last_used_at: Time;
  authenticated_at: Time;
  expires_at: Time;
  revoked_at: OptionalTime;
}

export interface RefreshTokenTable {
  id: string;
  session_id: string;
  secret_hash: Uint8Array;
  generation: number;
  created_at: Time;
  expires_at: Time;
  rotated_at: OptionalTime;
  successor_id: string | null;
}

export interface SigningKeyTable {
  kid: string;
  algorithm: string;
  public_jwk: ColumnType<unknown, string, never>;
  private_key_encrypted: Uint8Array;
  created_at: Time;
  /** From when on it signs; it verifies from its creation on. */
  activates_at: Time;
  /** From when on it does not sign; null on the newest. */
  retired_at: OptionalTime;
}

export interface RealmTable {
  id: string;
  token_epoch: BigInteger;
  /** Raised with every change of the signing keys, so that all nodes load them before the next check. */
  key_generation: BigInteger;
}

/** Somebody asked for an account with this email; nothing has shown yet that the mailbox is theirs. */
export interface RegistrationTable {
  id: string;
  email: string;
  name: string;
  password_hash: string;
  user_id: string | null;
  secret_hash: Uint8Array | null;
  created_at: Time;
  expires_at: Time;
}

export interface EmailTokenTable {
  id: string;
  purpose: "reset_password" | "change_email";
  user_id: string;
  /** The address that the token was sent to. */
  email: string;
  /** The user's when it was asked for. */
  token_version: BigInteger;
  secret_hash: Uint8Array;
  created_at: Time;
  expires_at: Time;
}

/** Mails to send; a row is deleted when its mail was sent or given up. */
export interface MailTable {
  id: string;
  kind: string;
  content_encrypted: Uint8Array;
  attempts: Generated<number>;
  created_at: Time;
  next_attempt_at: Time;
}

export interface OauthClientTable {
  id: string;
  name: string;
  secret_hash: Uint8Array;
  created_at: Time;
  revoked_at: OptionalTime;
}

export interface AuditEventTable {
  id: GeneratedAlways<string | number | bigint>;
  at: Time;
  kind: string;
  outcome: "success" | "refused";
  /** Who did it; null when nobody was signed in. */
  actor_id: string | null;
  /** To whom it was done. */
  user_id: string | null;
  session_id: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  details: ColumnType<unknown, string, never>;
}

/** The tables of Portcullis, in the Postgres schema `portcullis`. */
export interface AuthTables {
  "portcullis.user": UserTable;
  "portcullis.session": SessionTable;
  "portcullis.refresh_token": RefreshTokenTable;
  "portcullis.signing_key": SigningKeyTable;
  "portcullis.realm": RealmTable;
  "portcullis.registration": RegistrationTable;
  "portcullis.email_token": EmailTokenTable;
  "portcullis.mail": MailTable;
  "portcullis.oauth_client": OauthClientTable;
  "portcullis.audit_event": AuditEventTable;
}

export type AuthDatabase = Kysely<AuthTables>;
export type AuthTransaction = Transaction<AuthTables>;
