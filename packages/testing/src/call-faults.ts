import { isPortcullisError } from "@portcullis/client";
import type { AuthEvent } from "@portcullis/server";
import type { TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observable } from "@trpc/server/observable";

const keptMax = 100;

/** What went wrong in procedures. Clients are told `internal` and no more; a test wants to know. */
export interface CallFaults {
  note(event: AuthEvent): void;
  /** Gives the errors of calls that failed in a procedure what it threw, as their `cause`. */
  link<Router extends AnyTRPCRouter>(): TRPCLink<Router>;
}

export function createCallFaults(): CallFaults {
  const causes = new Map<string, unknown>();

  function causeOf(error: unknown): unknown {
    return isPortcullisError(error) ? causes.get(error.data.requestId) : undefined;
  }

  return {
    note(event) {
      if (event.kind !== "call_failed") return;
      causes.set(event.requestId, event.error);
      const [oldest] = causes.keys();
      if (causes.size > keptMax && oldest !== undefined) causes.delete(oldest);
    },
    link: () => () => (call) =>
      observable((observer) =>
        call.next(call.op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error(error) {
            const cause = causeOf(error);
            if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause });
            observer.error(error);
          },
        }),
      ),
  };
}
