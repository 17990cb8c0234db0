import { observable } from "@trpc/server/observable";
import type { Observable } from "@trpc/server/observable";
import type { SubscriptionLife } from "./live-subscription.ts";

/** The values of an observable for as long as the session holds; then its error. */
export function guardObservable<Value, Failure>(
  source: Observable<Value, Failure>,
  { revoked, close, reportFault }: SubscriptionLife,
): Observable<Value, unknown> {
  return observable<Value>((observer) => {
    const subscription = source.subscribe(observer);
    function onRevoked(): void {
      try {
        observer.error(revoked.reason);
      } catch (error) {
        reportFault(error);
      }
    }
    if (revoked.aborted) onRevoked();
    else revoked.addEventListener("abort", onRevoked, { once: true });
    return () => {
      revoked.removeEventListener("abort", onRevoked);
      close();
      subscription.unsubscribe();
    };
  });
}
