import { AssertionError } from "node:assert";
import { isPortcullisError } from "@portcullis/client";
import type { AuthContext } from "@portcullis/server";
import { initTRPC } from "@trpc/server";
import { sql } from "kysely";
import { describe, expect, expectTypeOf, it } from "vitest";
import { createPostsApp, migratePosts, postRoles, type PostsDatabase } from "../test/posts-app.ts";
import { TestAuthError } from "./errors.ts";
import type { TestMail } from "./mailbox.ts";
import type { TestAuthOptions } from "./options.ts";
import { startTestAuth } from "./start-test-auth.ts";

/** A test auth that serves the application of posts. */
async function startPosts(options: TestAuthOptions<PostsDatabase> = {}) {
  const testAuth = await startTestAuth({ migrate: migratePosts, roles: postRoles, ...options });
  const app = testAuth.serve(createPostsApp(testAuth.auth, testAuth.database));
  return { testAuth, app, [Symbol.asyncDispose]: testAuth.dispose };
}

/** The reason of a refusal. */
async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    return isPortcullisError(error) ? error.data.reason : String(error);
  }
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("It did not fail");
}

async function testAuthErrorOf(work: Promise<unknown>): Promise<string> {
  const error = await failureOf(work);
  return error instanceof TestAuthError ? error.code : String(error);
}

describe("an application in a test", () => {
  it("is called by users, with the types of its router", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const ada = await app.as(await testAuth.createUser());
    const post = await ada.posts.create.mutate({ title: "Hello" });
    expectTypeOf(post).toEqualTypeOf<{ id: string; title: string }>();
    expect(await app.anonymous.posts.list.query()).toEqual([post]);
    expect(await reasonOf(app.anonymous.posts.create.mutate({ title: "No" }))).toBe(
      "unauthenticated",
    );
  });

  it("lets only those do what their role permits", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const ada = await app.as(await testAuth.createUser());
    const moderator = await app.as(await testAuth.createUser({ role: "moderator" }));
    const { id } = await ada.posts.create.mutate({ title: "Spam" });
    expect(await reasonOf(ada.posts.remove.mutate({ id }))).toBe("permission_denied");
    await moderator.posts.remove.mutate({ id });
    expect(await app.anonymous.posts.list.query()).toEqual([]);
  });

  it("tells a test why a procedure failed, though clients are not told", async () => {
    await using posts = await startPosts();
    const error = await failureOf(posts.app.anonymous.posts.fail.query());
    expect(error.message).toBe("Internal error");
    expect(error.cause).toEqual(new RangeError("The heart of the matter"));
  });

  it("is served to clients that renew their tokens", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const user = await testAuth.createUser();
    const client = await app.clientAs(user);
    const bare = await app.as(user);
    testAuth.clock.advance({ minutes: 11 });
    expect(await reasonOf(bare.auth.me.query())).toBe("token_expired");
    expect(await client.api.auth.me.query()).toMatchObject({ id: user.id, email: user.email });
    expect(client.session.getSnapshot()).toMatchObject({ status: "signedIn" });
    await testAuth.expectSignedIn(client);

    await client.api.auth.logout.mutate();
    await testAuth.expectRevoked(client);
    await testAuth.expectRevoked(client.api);
  });

  it("is subscribed to, until the session is revoked", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const user = await testAuth.createUser({ name: "Ada" });
    const client = await app.clientAs(user);
    const [greeting, end] = [Promise.withResolvers<string>(), Promise.withResolvers<unknown>()];
    client.api.posts.watch.subscribe(undefined, {
      onData: greeting.resolve,
      onError: end.resolve,
    });
    expect(await greeting.promise).toBe("Hello Ada");
    await testAuth.auth.console.logOutUser(user.email);
    await end.promise;
    expect(client.session.getSnapshot()).toMatchObject({ status: "expired" });
    await testAuth.expectRevoked(client);
  });

  it("may have a context of its own, and then has to say how to make it", async () => {
    await using testAuth = await startTestAuth();
    const { auth } = testAuth;
    const t = initTRPC
      .context<AuthContext & { tenant: string }>()
      .create({ errorFormatter: auth.formatError, isDev: false });
    const router = t.router({
      tenant: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.tenant),
    });
    // @ts-expect-error The context of auth has no tenant.
    testAuth.serve(router);
    const app = testAuth.serve(router, {
      createContext: async (request) => ({
        ...(await auth.createContext(request)),
        tenant: "acme",
      }),
    });
    const user = await testAuth.createUser();
    expect(await (await app.as(user)).tenant.query()).toBe("acme");
    // @ts-expect-error The sentence says that the router has no auth procedures.
    const clientAs = (): unknown => app.clientAs(user);
    expectTypeOf(clientAs).toBeFunction();
  });
});

describe("users and sessions", () => {
  it("are made as a test needs them", async () => {
    await using testAuth = await startTestAuth();
    const user = await testAuth.createUser({ email: "Ada@Example.com", name: "Ada" });
    expect(user).toMatchObject({ email: "ada@example.com", name: "Ada", role: "user" });
    const { id, email, name, role } = user;
    expect(await testAuth.expectSignedIn(await testAuth.signIn(user))).toEqual({
      id,
      email,
      name,
      role,
      emailVerified: true,
    });
    for (const refused of [{ verified: false }, { banned: true }]) {
      const other = await testAuth.createUser(refused);
      expect(await reasonOf(testAuth.signIn(other))).toBe("invalid_credentials");
    }
    expect(await reasonOf(testAuth.signIn({ ...user, password: "another password" }))).toBe(
      "invalid_credentials",
    );
    const chosen = await testAuth.createUser({ password: "Ångström, in NFD or NFC" });
    await testAuth.expectSignedIn(await testAuth.signIn(chosen));
  });

  it("refuses an email twice, and a role that is none", async () => {
    await using testAuth = await startTestAuth();
    await testAuth.createUser({ email: "ada@example.com" });
    expect(await testAuthErrorOf(testAuth.createUser({ email: "ADA@example.com" }))).toBe(
      "email_taken",
    );
    expect(await testAuthErrorOf(testAuth.createUser({ role: "moderater" }))).toBe("role_unknown");
  });

  it("opens several sessions of a user, on devices", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const user = await testAuth.createUser();
    const phone = await testAuth.signIn(user, { userAgent: "Phone", address: "198.51.100.7" });
    const laptop = await testAuth.signIn(user);
    const onLaptop = await app.as(laptop);
    const sessions = await onLaptop.auth.sessions.list.query();
    expect(sessions.map(({ id }) => id).toSorted()).toEqual([phone.id, laptop.id].toSorted());
    expect(sessions.find(({ id }) => id === phone.id)).toMatchObject({
      userAgent: "Phone",
      address: "198.51.100.7",
      current: false,
    });

    await onLaptop.auth.sessions.revoke.mutate({ sessionId: phone.id });
    await testAuth.expectRevoked(phone);
    await testAuth.expectRevoked(phone.accessToken);
    await testAuth.expectSignedIn(onLaptop);
  });
});

describe("what a test asserts", () => {
  it("fails with a message that helps", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const user = await testAuth.createUser();
    const session = await testAuth.signIn(user);
    const ada = await app.as(session);

    const accepted = await failureOf(testAuth.expectRevoked(ada));
    expect(accepted).toBeInstanceOf(AssertionError);
    expect(accepted).toMatchObject({ actual: "accepted", expected: "token_revoked" });
    expect(accepted.message).toBe(
      `Expected the access token of user ${user.id}, session ${session.id}, to be revoked, ` +
        `but it was accepted: ${user.email} is still signed in.`,
    );
    expect((await failureOf(testAuth.expectRevoked("x"))).message).toContain(
      "refused with token_invalid",
    );

    testAuth.clock.advance({ seconds: 600 });
    expect((await failureOf(testAuth.expectRevoked(ada))).message).toContain("has expired");
    const expired = await failureOf(testAuth.expectSignedIn(ada));
    expect(expired).toMatchObject({ actual: "token_expired", expected: "accepted" });
    expect(expired.message).not.toContain(session.accessToken);
  });

  it("does not ask another test auth's clients", async () => {
    await using here = await startPosts();
    await using there = await startPosts();
    const client = await there.app.as(await there.testAuth.createUser());
    expect(await testAuthErrorOf(here.testAuth.expectRevoked(client))).toBe("foreign_client");
  });

  it("sees a ban and a revocation of all tokens at once", async () => {
    await using testAuth = await startTestAuth();
    const [ada, bob] = [await testAuth.createUser(), await testAuth.createUser()];
    const sessions = [await testAuth.signIn(ada), await testAuth.signIn(bob)] as const;
    await testAuth.auth.console.banUser({ email: ada.email, reason: "Spam" });
    await testAuth.expectRevoked(sessions[0]);
    expect(await testAuth.expectSignedIn(sessions[1])).toMatchObject({ id: bob.id });
    await testAuth.auth.console.revokeAllTokens();
    await testAuth.expectRevoked(sessions[1]);
  });
});

describe("mails", () => {
  it("are waited for by kind, each once, with their token", async () => {
    await using posts = await startPosts();
    const { app, testAuth } = posts;
    const { auth } = app.anonymous;
    const ada = { email: "ada@example.com", password: "long enough for a test" };
    await auth.register.mutate({ ...ada, name: "Ada" });
    const verification = await testAuth.waitForMail("verify_email", { to: ada.email });
    await auth.verifyEmail.mutate({ token: verification.token, password: ada.password });

    const tokens: string[] = [];
    for (let index = 0; index < 2; index += 1) {
      await auth.forgotPassword.mutate({ email: ada.email });
      const mail = await testAuth.waitForMail("reset_password", { to: ada });
      expectTypeOf(mail).toEqualTypeOf<TestMail<"reset_password">>();
      expect(mail.text).toContain(mail.token);
      tokens.push(mail.token);
    }
    const [first = "", second = ""] = tokens;
    const newPassword = "another one of these";
    expect(await reasonOf(auth.resetPassword.mutate({ token: first, newPassword }))).toBe(
      "email_token_invalid",
    );
    await auth.resetPassword.mutate({ token: second, newPassword });
    const told = await testAuth.waitForMail("password_changed");
    expectTypeOf(told).not.toHaveProperty("token");
    expect(testAuth.mails().map(({ kind }) => kind)).toEqual([
      "verify_email",
      "reset_password",
      "reset_password",
      "password_changed",
    ]);
  });

  it("says which came when none did", async () => {
    await using testAuth = await startTestAuth();
    const user = await testAuth.createUser();
    await testAuth.signIn(user);
    await testAuth.signIn(user, { userAgent: "Another", address: "198.51.100.7" });
    await testAuth.waitForMail("new_login");
    const error = await failureOf(testAuth.waitForMail("verify_email", { timeoutMs: 1 }));
    expect(error).toMatchObject({ code: "mail_missing" });
    expect(error.message).toContain(`Sent at last: new_login to ${user.email}.`);
  });

  it("finds a template that leaves the link out", async () => {
    const template = () => ({ subject: "Welcome", text: "Good to have you.", html: "" });
    await using testAuth = await startTestAuth({ mail: { templates: { verify_email: template } } });
    const app = testAuth.serve(
      initTRPC
        .context<AuthContext>()
        .create({ errorFormatter: testAuth.auth.formatError, isDev: false })
        .router({ auth: testAuth.auth.router }),
    );
    const password = "long enough for a test";
    await app.anonymous.auth.register.mutate({ email: "a@example.com", password, name: "A" });
    expect(await testAuthErrorOf(testAuth.waitForMail("verify_email"))).toBe("mail_without_link");
  });
});

describe("the clock", () => {
  it("stands still, starts where it is told, and moves on", async () => {
    const startAt = new Date("2030-01-01T00:00:00Z");
    await using testAuth = await startTestAuth({ startAt });
    const { clock } = testAuth;
    expect(clock.now()).toBe(startAt.getTime());
    const session = await testAuth.signIn(await testAuth.createUser());
    clock.advance({ minutes: 9, seconds: 59 });
    await testAuth.expectSignedIn(session);
    expect(clock.advance({ milliseconds: 1000 })).toBe(startAt.getTime() + 600_000);
    await expect(testAuth.expectSignedIn(session)).rejects.toThrow("token_expired");
    expect(() => clock.advance({ days: -1 })).toThrow(RangeError);
    expect(() => clock.advance({ days: Number.NaN })).toThrow(RangeError);
  });

  it("ends limits that are set to be real", async () => {
    await using testAuth = await startTestAuth({ limits: { scale: 1 } });
    const user = await testAuth.createUser();
    const wrong = { ...user, password: "not the right one" };
    const outcomes = new Set<string>();
    for (let tries = 0; tries < 30; tries += 1) {
      outcomes.add(await reasonOf(testAuth.signIn(wrong)));
    }
    expect(outcomes).toEqual(new Set(["invalid_credentials", "rate_limited"]));
    testAuth.clock.advance({ days: 1 });
    await testAuth.signIn(user);
  });
});

describe("two test auths", () => {
  it("see nothing of each other, at once and one after the other", async () => {
    const email = "ada@example.com";
    await using here = await startPosts();
    await using there = await startPosts();
    const ada = await here.testAuth.createUser({ email });
    const session = await here.testAuth.signIn(ada);
    await (await here.app.as(session)).posts.create.mutate({ title: "Here" });
    expect(await there.app.anonymous.posts.list.query()).toEqual([]);
    expect(await reasonOf(there.testAuth.signIn(ada))).toBe("invalid_credentials");
    await expect(there.testAuth.expectSignedIn(session)).rejects.toThrow("token_invalid");
    await there.testAuth.createUser({ email });
    await here.testAuth.dispose();

    await using after = await startPosts();
    expect(await after.app.anonymous.posts.list.query()).toEqual([]);
    await after.testAuth.createUser({ email });
    await expect(after.testAuth.expectSignedIn(session)).rejects.toThrow("token_invalid");
  });

  it("do not meet in what one leaves behind", async () => {
    const first = await startPosts();
    const { database } = first.testAuth;
    await sql`create temporary table leftover (id int)`.execute(database);
    await sql`set timezone to 'Asia/Tokyo'`.execute(database);
    const [isOpen, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const open = database.transaction().execute(async (transaction) => {
      await transaction.insertInto("post").values(somePost).execute();
      isOpen.resolve();
      await goOn.promise;
      await transaction.insertInto("post").values(somePost).execute();
    });
    await isOpen.promise;
    await first.testAuth.dispose();
    await first.testAuth.dispose();
    goOn.resolve();
    expect(await testAuthErrorOf(open)).toBe("disposed");
    expect(await testAuthErrorOf(database.selectFrom("post").selectAll().execute())).toBe(
      "disposed",
    );

    await using second = await startPosts();
    const query = sql`
      select to_regclass('leftover') as leftover, current_setting('timezone') as timezone`;
    const { rows } = await query.execute(second.testAuth.database);
    expect(rows).toEqual([{ leftover: null, timezone: "UTC" }]);
    expect(await second.app.anonymous.posts.list.query()).toEqual([]);
  });

  it("do not share tables that a test has changed", async () => {
    const first = await startPosts();
    await first.testAuth.database.schema.alterTable("post").dropColumn("title").execute();
    await first.testAuth.dispose();
    await using second = await startPosts();
    expect(await second.app.anonymous.posts.list.query()).toEqual([]);
  });

  it("take no place when they do not start", async () => {
    for (let tries = 0; tries < 9; tries += 1) {
      await expect(startTestAuth({ tokens: { accessTokenTtlSeconds: 0 } })).rejects.toThrow(
        "accessTokenTtlSeconds",
      );
    }
    const migrate = () => Promise.reject(new Error("No such migration"));
    await expect(startTestAuth({ migrate })).rejects.toThrow("No such migration");
  });
});

const somePost = {
  id: "00000000-0000-4000-8000-000000000001",
  author_id: "00000000-0000-4000-8000-000000000002",
  title: "Never committed",
};
