import { randomUUID } from "node:crypto";

/** For errors of requests that never got a context, so that a batch shows one id throughout. */
const requestIds = new WeakMap<Error, string>();

export function nameRequest(error: Error, requestId: string): void {
  requestIds.set(error, requestId);
}

/** The request's id, made now if the error came before the request was named. */
export function requestIdOf(error: Error): string {
  const known = requestIds.get(error);
  if (known !== undefined) return known;
  const requestId = randomUUID();
  requestIds.set(error, requestId);
  return requestId;
}
