import { randomUUID } from "node:crypto";
import { hash } from "@node-rs/argon2";
import type { Kysely } from "kysely";
import { insertUser } from "./auth-rows-repository.ts";
import { TestAuthError } from "./errors.ts";

/** What {@link TestAuth.createUser} may be told. */
export interface NewTestUser {
  /** Default: one that no other user of this test auth has. */
  readonly email?: string;
  /** Default `"Test User"`. */
  readonly name?: string;
  /** `"user"`, `"admin"`, or one of `roles.custom`. Default `"user"`. */
  readonly role?: string;
  /** Default: one for all, so that it is hashed once a process. */
  readonly password?: string;
  /** Whether they have shown to read the mail of `email`. Default true. */
  readonly verified?: boolean;
  /** Default false. `auth.console.banUser` bans later. */
  readonly banned?: boolean;
}

/** What a user signs in with. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A user made by a test. `email` is in lower case. */
export interface TestUser extends Credentials {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

const defaultPassword = "a password of the tests";

/** What the server's default is, and its least: it refuses to verify a cheaper hash. */
const leastCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One for each password, as hashing is what takes time. */
const hashes = new Map<string, Promise<string>>();
const hashesMax = 100;

/** Inserts users past registration and its mail. */
export function createUserFactory<Database>(options: {
  readonly database: Kysely<Database>;
  readonly roles: readonly string[];
  readonly now: () => number;
}): (user?: NewTestUser) => Promise<TestUser> {
  const { database, now } = options;
  const roles = ["user", "admin", ...options.roles];
  let count = 0;

  return async (given = {}) => {
    count += 1;
    const user: TestUser = {
      id: randomUUID(),
      email: given.email?.toLowerCase() ?? `user-${count}@example.test`,
      name: given.name ?? "Test User",
      role: given.role ?? "user",
      password: given.password ?? defaultPassword,
    };
    if (!roles.includes(user.role)) throw unknownRole(user.role, roles);
    const isInserted = await insertUser(database, {
      ...user,
      passwordHash: await hashOf(user.password),
      isVerified: given.verified ?? true,
      isBanned: given.banned ?? false,
      createdAtMs: now(),
    });
    if (!isInserted) throw emailTaken(user.email);
    return user;
  };
}

function hashOf(password: string): Promise<string> {
  const known = hashes.get(password);
  if (known !== undefined) return known;
  if (hashes.size >= hashesMax) hashes.clear();
  const hashing = hash(password.normalize("NFC"), leastCost);
  hashes.set(password, hashing);
  return hashing;
}

function unknownRole(role: string, roles: readonly string[]): TestAuthError {
  return new TestAuthError(
    "role_unknown",
    `There is no role ${JSON.stringify(role)}, only ${roles.join(", ")}: add it to roles.custom.`,
  );
}

function emailTaken(email: string): TestAuthError {
  return new TestAuthError("email_taken", `A user has the email ${email} already.`);
}
