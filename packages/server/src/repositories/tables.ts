import type { ColumnType, Generated, Kysely, Transaction } from "kysely";

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
  created_at: Time;
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
  retired_at: OptionalTime;
}

export interface RealmTable {
  id: string;
  token_epoch: BigInteger;
}

/** The tables of Portcullis, in the Postgres schema `portcullis`. */
export interface AuthTables {
  "portcullis.user": UserTable;
  "portcullis.session": SessionTable;
  "portcullis.refresh_token": RefreshTokenTable;
  "portcullis.signing_key": SigningKeyTable;
  "portcullis.realm": RealmTable;
}

export type AuthDatabase = Kysely<AuthTables>;
export type AuthTransaction = Transaction<AuthTables>;
