import { type Auth, createAuth, type MailKind, type User } from "@portcullis/server";
import {
  createMemoryStore,
  createWriteThroughCache,
  type WriteThroughCache,
} from "@portcullis/write-through";
import type { AnyTRPCRouter } from "@trpc/server";
import type { Kysely } from "kysely";
import { readMailKind } from "./auth-rows-repository.ts";
import { createAuthCaller } from "./auth-caller.ts";
import { createCallFaults } from "./call-faults.ts";
import { createDatabasePool, type DatabaseLease } from "./databases/database-pool.ts";
import { createExpectations } from "./expectations.ts";
import type { TestDevice } from "./in-process-fetch.ts";
import { createMailbox, type TestMail, type WaitForMailOptions } from "./mailbox.ts";
import { type TestAuthOptions, withTestDefaults } from "./options.ts";
import { serveApp, type ServeArguments, type TestApp } from "./serve-app.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";
import { type TestSession, toTestSession } from "./test-session.ts";
import {
  createUserFactory,
  type Credentials,
  type NewTestUser,
  type TestUser,
} from "./test-users.ts";
import { createTokenHolders, type TokenHolder } from "./token-holders.ts";

/** A real auth for one test, with a database of its own. Made by {@link startTestAuth}. */
export interface TestAuth<Database = unknown> extends AsyncDisposable {
  /** What the application is built with. */
  readonly auth: Auth;
  /** PGlite in memory, with the tables of Portcullis and those of `migrate`. One connection. */
  readonly database: Kysely<Database>;
  /** For the application's own cached tables. */
  readonly cache: WriteThroughCache<Database>;
  /** The time that `auth` goes by. */
  readonly clock: TestClock;
  /** Serves the application's router in this process. */
  serve<Router extends AnyTRPCRouter>(
    router: Router,
    ...options: ServeArguments<Router>
  ): TestApp<Router>;
  /**
   * Makes a user, by default a verified one whom nobody has banned. It sends no mail.
   *
   * @throws TestAuthError `email_taken`, `role_unknown`
   */
  createUser(user?: NewTestUser): Promise<TestUser>;
  /**
   * Opens one more session of a user, with their password.
   *
   * @throws TRPCClientError as `auth.login` does, `invalid_credentials` for a banned user.
   */
  signIn(user: Credentials, device?: TestDevice): Promise<TestSession>;
  /** The last 1000 mails that were sent, oldest first. */
  mails(): readonly TestMail[];
  /**
   * The oldest mail of a kind that it has not given yet, or else the next one. A mail that carries a
   * token has it in `token`.
   *
   * @throws TestAuthError `mail_missing` when none came in time; `mail_without_link`
   */
  waitForMail<Kind extends MailKind>(
    kind: Kind,
    options?: WaitForMailOptions,
  ): Promise<TestMail<Kind>>;
  /**
   * Asserts that an access token is refused with `token_revoked`, by a call of a protected procedure.
   *
   * @throws AssertionError of `node:assert` when it is accepted, or refused for another reason.
   * @throws TestAuthError `foreign_client`
   */
  expectRevoked(holder: TokenHolder): Promise<void>;
  /**
   * Asserts that an access token is accepted.
   *
   * @returns the user, as the API shows it.
   * @throws AssertionError of `node:assert` when it is refused.
   * @throws TestAuthError `foreign_client`
   */
  expectSignedIn(holder: TokenHolder): Promise<User>;
  /** Ends it, like `await using`. Calls and statements that come later are refused. */
  dispose(): Promise<void>;
}

/** Of the process. One takes some 200 MB. */
const databases = createDatabasePool({ liveMax: 8, idleMax: 3 });

/**
 * Starts auth for a test in the process of the test: nothing is to be installed, and no port is
 * opened. All of it is real, apart from time and the way of mails: PGlite is Postgres, tokens are
 * signed and checked, calls go through tRPC's fetch adapter. Limits let a thousand times as much
 * through; `limits: { scale: 1 }` makes them real.
 *
 * The first start of a process takes a second or two, the next ones some tens of milliseconds. At most
 * 8 live at once.
 *
 * @throws InvalidAuthOptionsError when an option is out of its bounds.
 * @throws TestAuthError `too_many_test_auths`
 * @throws what `migrate` throws.
 * @example
 * ```ts
 * import type { Auth, AuthContext } from "@portcullis/server";
 * import { startTestAuth } from "@portcullis/testing";
 * import { initTRPC } from "@trpc/server";
 *
 * function createAppRouter(auth: Auth) {
 *   const t = initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError, isDev: false });
 *   return t.router({
 *     auth: auth.router,
 *     greet: t.procedure.concat(auth.signedIn).query(({ ctx }) => `Hello ${ctx.auth.user.name}`),
 *   });
 * }
 *
 * await using testAuth = await startTestAuth();
 * const app = testAuth.serve(createAppRouter(testAuth.auth));
 *
 * const ada = await app.as(await testAuth.createUser({ name: "Ada" }));
 * console.log(await ada.greet.query()); // "Hello Ada"
 *
 * await ada.auth.logoutEverywhere.mutate();
 * await testAuth.expectRevoked(ada);
 * ```
 */
export async function startTestAuth<Database = unknown>(
  options: TestAuthOptions<Database> = {},
): Promise<TestAuth<Database>> {
  const lease = await databases.lease(options.migrate);
  try {
    return await startOn(lease, options);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function startOn<Database>(
  lease: DatabaseLease<Database>,
  options: TestAuthOptions<Database>,
): Promise<TestAuth<Database>> {
  const { database } = lease;
  const clock = createTestClock(options.startAt ?? new Date());
  const mailbox = createMailbox((id) => readMailKind(database, id));
  const faults = createCallFaults();
  const holders = createTokenHolders();
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const auth = createAuth<Database>({
    ...withTestDefaults(options, { transport: mailbox.transport, now: clock.now }),
    database,
    cache,
    onEvent(event) {
      faults.note(event);
      options.onEvent?.(event);
    },
  });

  async function stop(): Promise<void> {
    try {
      await auth.stop();
    } finally {
      await cache.stop();
    }
  }
  try {
    await cache.start();
    await auth.start();
  } catch (error) {
    await stop();
    throw error;
  }

  const callAuth = createAuthCaller(auth);
  const signIn = async (
    { email, password }: Credentials,
    device?: TestDevice,
  ): Promise<TestSession> =>
    toTestSession(await callAuth({ device }).auth.login.mutate({ email, password }));

  const clients = new Set<{ readonly close: () => void }>();
  let ending: Promise<void> | undefined;
  async function end(): Promise<void> {
    for (const client of clients) client.close();
    try {
      await stop();
    } finally {
      await lease.release();
    }
  }
  const dispose = (): Promise<void> => (ending ??= end());

  return {
    auth,
    database,
    cache,
    clock,
    serve: (router, ...[served]) =>
      serveApp(router, {
        createContext: served?.createContext ?? auth.createContext,
        signIn,
        holders,
        faults,
        closeAtEnd: (client) => void clients.add(client),
      }),
    createUser: createUserFactory({
      database,
      roles: Object.keys(options.roles?.custom ?? {}),
      now: clock.now,
    }),
    signIn,
    mails: mailbox.mails,
    waitForMail: mailbox.waitFor,
    ...createExpectations({
      tokenOf: holders.tokenOf,
      readUser: (accessToken) => callAuth({ accessToken }).auth.me.query(),
    }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
