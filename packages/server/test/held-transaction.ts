import type { Transaction } from "kysely";
import type { AuthTables } from "../src/repositories/tables.ts";

/** A transaction that keeps its locks until a test lets it commit. */
interface HeldTransaction extends AsyncDisposable {
  commit(): Promise<void>;
}

type Work = (transaction: Transaction<AuthTables>) => Promise<unknown>;

/**
 * Holds calls at a chosen point: those who come for a lock that `work` has taken wait there.
 *
 * @param begin runs a transaction: plain, or as a write through a cache.
 */
export async function holdTransaction(
  begin: (work: Work) => Promise<unknown>,
  work: Work,
): Promise<HeldTransaction> {
  const isHeld = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const running = begin(async (transaction) => {
    await work(transaction);
    isHeld.resolve();
    await letGo.promise;
  });
  await Promise.race([isHeld.promise, running]);
  const commit = async (): Promise<void> => {
    letGo.resolve();
    await running;
  };
  return { commit, [Symbol.asyncDispose]: commit };
}
