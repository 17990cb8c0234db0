import type { AppRouter } from "@portcullis/app-server/contract";
import {
  createPortcullisSession,
  createPortcullisSocket,
  memoryStorage,
  portcullisLink,
  type PortcullisSession,
} from "@portcullis/client";
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  wsLink,
  type TRPCClient,
} from "@trpc/client";
import type { Credentials } from "./account.ts";

/** Where a node of the service is. */
export interface LabNode {
  readonly name: string;
  /** Its origin. */
  readonly url: string;
}

/** An access token, and since when the device has had it (`performance.now()`). */
export interface KeptToken {
  readonly text: string;
  readonly sinceMs: number;
}

/** One of a user's devices: a session of its own, at one node, that no other tab knows of. */
export interface LabDevice {
  /** Counts from 1. */
  readonly number: number;
  readonly node: LabNode;
  readonly api: TRPCClient<AppRouter>;
  readonly session: PortcullisSession;
  readonly signIn: (credentials: Credentials) => Promise<void>;
  /** The last access token that it was given or has sent, also after the SDK has dropped it. */
  readonly keptToken: () => KeptToken | undefined;
  /** Ends its connections. Signs nobody out. */
  readonly close: () => Promise<void>;
}

// A log-out may have to wait for a lease, and for more than one when several things fail at once.
const timeoutMs = 60_000;

export function createLabDevice(number: number, node: LabNode): LabDevice {
  let kept: KeptToken | undefined;
  const keep = (text: string): void => {
    if (text !== kept?.text) kept = { text, sinceMs: performance.now() };
  };
  const url = `${node.url}/trpc`;
  const session = createPortcullisSession({
    url,
    storage: memoryStorage(),
    timeoutMs,
    fetch(address, init) {
      const text = new Headers(init.headers).get("authorization")?.replace("Bearer ", "");
      if (text !== undefined) keep(text);
      return fetch(address, init);
    },
  });
  const socket = createPortcullisSocket(session, { url: url.replace(/^http/, "ws") });
  const { EventSource } = session;
  const api = createTRPCClient<AppRouter>({
    links: [
      portcullisLink(session),
      splitLink({
        condition: (op) => op.type === "subscription",
        // A browser opens six connections to an address, WebSockets aside: where all devices are at
        // the node of the page, event streams would leave none for their calls. Of other nodes each
        // has fewer devices, and the page may open no WebSockets to them.
        true:
          node.url === location.origin
            ? wsLink({ client: socket })
            : httpSubscriptionLink({ url, EventSource }),
        false: httpBatchLink({ url, headers: session.headers, fetch: session.fetch, maxItems: 10 }),
      }),
    ],
  });
  return {
    number,
    node,
    api,
    session,
    async signIn(credentials) {
      keep((await api.auth.login.mutate(credentials)).accessToken);
    },
    keptToken: () => kept,
    async close() {
      session.close();
      await socket.close();
    },
  };
}
