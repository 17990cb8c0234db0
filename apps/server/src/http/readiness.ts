import type { CacheStatus } from "@portcullis/write-through";

/** What `/readyz` says. */
export interface Readiness {
  readonly status: "ready" | "not_ready";
  readonly postgres: "answers" | "does_not_answer";
  /** `not_in_use`: reads go to Postgres. The service is ready all the same. */
  readonly cache: "in_use" | "not_in_use";
}

/**
 * Makes the check behind `/readyz`. Callers at the same time share one question to Postgres, so that
 * a probe can not fill the pool while Postgres is silent.
 */
export function createReadinessCheck(options: {
  readonly askPostgres: () => Promise<unknown>;
  readonly cacheStatus: () => CacheStatus;
  readonly timeoutMs: number;
}): () => Promise<Readiness> {
  let inFlight: Promise<boolean> | undefined;

  async function ask(): Promise<boolean> {
    try {
      await options.askPostgres();
      return true;
    } catch {
      // The answer is all that a probe needs; calls that fail for it are in the log.
      return false;
    } finally {
      inFlight = undefined;
    }
  }

  return async () => {
    inFlight ??= ask();
    const answers = await orFalse(inFlight, options.timeoutMs);
    return {
      status: answers ? "ready" : "not_ready",
      postgres: answers ? "answers" : "does_not_answer",
      cache: options.cacheStatus().kind === "cached" ? "in_use" : "not_in_use",
    };
  };
}

async function orFalse(work: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
