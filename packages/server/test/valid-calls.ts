import { randomUUID } from "node:crypto";
import { createPasswordHasher } from "../src/passwords/password-hasher.ts";
import { resolvePasswordOptions } from "../src/passwords/password-options.ts";
import { insertUser } from "../src/repositories/users.ts";
import { claimsOf, mailedToken, testPassword } from "./start-auth.ts";
import type { BodyTokenSet, TestNode } from "./start-auth.ts";

/** A user of a test. */
export interface Person {
  readonly id: string;
  readonly email: string;
}

/** A user with tokens. */
export interface SignedInPerson extends Person {
  readonly tokens: BodyTokenSet;
}

let testHash: Promise<string> | undefined;

/** Puts a verified user with the test password into the database, without the cost of a registration. */
export async function insertPerson(node: TestNode, role = "user"): Promise<Person> {
  const hasher = createPasswordHasher(resolvePasswordOptions({}));
  testHash ??= hasher.hash(testPassword);
  const id = randomUUID();
  const email = `${id}@example.test`;
  const createdAtMs = Date.now();
  await insertUser(node.database, {
    id,
    email,
    name: "Ada",
    role,
    passwordHash: await testHash,
    emailVerifiedAtMs: createdAtMs,
    createdAtMs,
  });
  return { id, email };
}

export async function insertSignedIn(node: TestNode, role = "user"): Promise<SignedInPerson> {
  const person = await insertPerson(node, role);
  return { ...person, tokens: await node.login(person.email) };
}

/** Who makes a call, and who it may be about. */
export interface Cast {
  readonly node: TestNode;
  /** Absent for a stranger, who has no tokens and no account. */
  readonly caller: SignedInPerson | undefined;
  /** A user who is banned. */
  readonly other: Person;
}

/** What a token looks like that nobody was given. */
const madeUpToken = `${randomUUID()}.${"A".repeat(43)}`;
const nextPassword = "another passphrase of some length";

/**
 * Of every procedure, an input that it takes of a caller who may call it. What an input needs is
 * made ready by it, as long as the caller is in good standing.
 */
export const validInputs: Readonly<Record<string, (cast: Cast) => unknown>> = {
  register: () => ({ email: `${randomUUID()}@example.test`, password: testPassword, name: "Ada" }),
  verifyEmail: async ({ node }) => {
    const email = `${randomUUID()}@example.test`;
    await node.register(email);
    return { token: await mailedToken(node, email, "verify-email"), password: testPassword };
  },
  login: ({ caller }) => ({
    email: caller?.email ?? "nobody@example.test",
    password: testPassword,
    refreshTokenIn: "body",
  }),
  refresh: ({ caller }) => ({ refreshToken: caller?.tokens.refreshToken ?? madeUpToken }),
  forgotPassword: ({ caller }) => ({ email: caller?.email ?? "nobody@example.test" }),
  resetPassword: async ({ node, caller }) => {
    if (caller === undefined) return { token: madeUpToken, newPassword: nextPassword };
    await node.mutate("auth.forgotPassword", { email: caller.email });
    return {
      token: await mailedToken(node, caller.email, "reset-password"),
      newPassword: nextPassword,
    };
  },
  logout: () => undefined,
  logoutEverywhere: () => undefined,
  confirm: () => ({ password: testPassword, refreshTokenIn: "body" }),
  me: () => undefined,
  "sessions.list": () => undefined,
  "sessions.revoke": ({ caller }) => ({
    sessionId: caller === undefined ? randomUUID() : claimsOf(caller.tokens.accessToken).sid,
  }),
  "sessions.revokeOthers": async ({ node, caller }) => {
    if (caller !== undefined) await node.login(caller.email);
  },
  "account.activity": () => ({ limit: 10 }),
  "account.rename": () => ({ name: "Grace" }),
  "account.changePassword": () => ({
    currentPassword: testPassword,
    newPassword: nextPassword,
    refreshTokenIn: "body",
  }),
  "account.changeEmail": () => ({ email: `${randomUUID()}@example.test` }),
  "account.confirmEmail": async ({ node, caller }) => {
    if (caller === undefined) return { token: madeUpToken };
    const email = `${randomUUID()}@example.test`;
    const token = caller.tokens.accessToken;
    await node.mutate("auth.account.changeEmail", { email }, { token });
    return { token: await mailedToken(node, email, "confirm-email") };
  },
  "account.remove": () => undefined,
  "admin.users.list": ({ other }) => ({ search: other.email, limit: 10 }),
  "admin.users.byId": ({ other }) => ({ userId: other.id }),
  "admin.users.ban": ({ other }) => ({
    userId: other.id,
    reason: "Spam",
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  }),
  "admin.users.unban": ({ other }) => ({ userId: other.id }),
  "admin.users.logout": ({ other }) => ({ userId: other.id }),
  "admin.users.setRole": ({ other }) => ({ userId: other.id, role: "moderator" }),
  "admin.auditLog": ({ caller }) => ({ userId: caller?.id, limit: 10 }),
  "admin.revokeAllTokens": () => undefined,
};
