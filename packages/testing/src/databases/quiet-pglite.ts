import { setTimeout as setNodeTimeout } from "node:timers";
import { PGlite } from "@electric-sql/pglite";

/**
 * A PGlite in memory that does not keep the process alive: a test process ends when its tests have
 * ended, whether or not they closed it.
 *
 * Its timers are those of Postgres, set by `setTimeout` from within WebAssembly, where nobody can
 * reach them later. They are only set while it runs, and it runs synchronously.
 */
export class QuietPGlite extends PGlite {
  static async open(data: Blob): Promise<QuietPGlite> {
    const pglite = new QuietPGlite({
      loadDataDir: data,
      // The report on a slow start would go on for good in what is one process for everything.
      startParams: [...PGlite.defaultStartParams, "-c", "log_startup_progress_interval=0"],
    });
    await pglite.waitReady;
    return pglite;
  }

  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    return withoutHoldingTheProcess(() => super.execProtocolRawSync(message));
  }
}

/** Runs synchronous work whose timers, and those that their callbacks set, are unreferenced. */
function withoutHoldingTheProcess<Value>(work: () => Value): Value {
  const ownSetTimeout = globalThis.setTimeout;
  // Node's, also where a test runner has put another one in its place.
  const setUnreferenced = (callback: () => void, ms?: number): NodeJS.Timeout =>
    setNodeTimeout(() => withoutHoldingTheProcess(callback), ms).unref();
  globalThis.setTimeout = setUnreferenced as typeof setTimeout;
  try {
    return work();
  } finally {
    globalThis.setTimeout = ownSetTimeout;
  }
}
