import type { PortcullisSession } from "@portcullis/client";

const restorations = new WeakMap<PortcullisSession, Promise<unknown>>();

/**
 * The same promise for each render that waits for a session: React throws away the state of what
 * suspends before it was ever shown.
 */
export function restorationOf(session: PortcullisSession): Promise<unknown> {
  const known = restorations.get(session);
  if (known !== undefined) return known;
  const restoration = session.restore().then(({ status }) => {
    // The session was closed before. React would ask again at once, without end.
    return status === "restoring" ? new Promise<never>(() => {}) : undefined;
  });
  restorations.set(session, restoration);
  return restoration;
}
