import { createPortcullisClient, type PortcullisClient } from "./client.ts";
import { isPortcullisError } from "./errors.ts";
import type { ClientOptions, Fetch } from "./options.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { TestRouter } from "./test-server.ts";

export const ada = { email: "ada@example.com", password: "right" };
export const bob = { email: "bob@example.com", password: "right" };

export interface WatchedClient extends PortcullisClient<TestRouter> {
  /** Every snapshot since the first. */
  readonly history: SessionSnapshot[];
}

export function createTestClient(options: ClientOptions): WatchedClient {
  const client = createPortcullisClient<TestRouter>(options);
  const history: SessionSnapshot[] = [];
  client.session.subscribe(() => history.push(client.session.getSnapshot()));
  return { ...client, history };
}

/** The reason that a call is refused with, or the text of another error. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => new Error("The call was accepted."),
    (refusal: unknown) => refusal,
  );
  return isPortcullisError(error) ? error.data.reason : String(error);
}

/** Resolves once the session is in the state. */
export async function untilStatus(
  { session }: Pick<PortcullisClient<TestRouter>, "session">,
  isThere: (snapshot: SessionSnapshot) => boolean,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isThere(session.getSnapshot())) resolve();
    };
    session.subscribe(look);
    look();
  });
}

/** A `fetch` with the cookies of a browser; clients with the same one are tabs. */
export function createBrowserFetch(): Fetch {
  let cookie = "";
  return async (url, init) => {
    const headers = new Headers(init.headers);
    if (init.credentials === "include" && cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      cookie = set.includes("Max-Age=0") ? "" : (set.split(";")[0] ?? "");
    }
    return response;
  };
}
