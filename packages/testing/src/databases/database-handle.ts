import type { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { TestAuthError } from "../errors.ts";

type DialectPGlite = Extract<
  ConstructorParameters<typeof PGliteDialect>[0]["pglite"],
  { readonly waitReady: unknown }
>;

/** One user's way to a database that others use after them. */
export interface DatabaseHandle<Database> {
  readonly database: Kysely<Database>;
  /** Rolls back what is open, and refuses whatever comes later. */
  detach(): Promise<void>;
}

export function openHandle<Database>(pglite: PGlite): DatabaseHandle<Database> {
  const detached = Promise.withResolvers<never>();
  let isDetached = false;
  const transactions = new Set<Promise<unknown>>();

  const ownPGlite: DialectPGlite = {
    ready: true,
    waitReady: Promise.resolve(),
    closed: false,
    // What Kysely's destroy() calls. The database itself goes on.
    close: detach,
    query: (...args) => (isDetached ? Promise.reject(disposed()) : pglite.query(...args)),
    transaction(work) {
      if (isDetached) return Promise.reject(disposed());
      const transaction = pglite.transaction((inner) => {
        const own: typeof inner = {
          ...inner,
          query: (...args) => (isDetached ? Promise.reject(disposed()) : inner.query(...args)),
        };
        return Promise.race([work(own), detached.promise]);
      });
      // Kysely looks at it when the transaction's function ends, which may be never.
      transactions.add(transaction);
      transaction.finally(() => transactions.delete(transaction)).catch(() => undefined);
      return transaction;
    },
  };

  async function detach(): Promise<void> {
    if (isDetached) return;
    isDetached = true;
    // Transactions that are open race with it, and there may be none.
    detached.promise.catch(() => undefined);
    detached.reject(disposed());
    await Promise.allSettled(transactions);
  }

  return {
    database: new Kysely<Database>({ dialect: new PGliteDialect({ pglite: ownPGlite }) }),
    detach,
  };
}

function disposed(): TestAuthError {
  return new TestAuthError(
    "disposed",
    "This test auth was disposed of: await everything that a test starts before its end.",
  );
}
