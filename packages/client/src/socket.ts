import {
  createWSClient,
  type Operation,
  type TRPCWebSocketClient,
  type WebSocketClientOptions,
  TRPCClientError,
} from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { SessionOverError } from "./errors.ts";
import { coreOf, type PortcullisSession } from "./session.ts";
import { ticketOf } from "./ticket.ts";
import type { AccessToken } from "./token-set.ts";

/** The options of tRPC's `createWSClient`, but for `connectionParams`: those are the token's. */
export type SocketOptions = Omit<WebSocketClientOptions, "connectionParams">;

/**
 * Makes the client of tRPC's `wsLink` for a session. The token goes in the first message of the
 * connection (`connectionParams.authorization`), and never into the URL.
 *
 * The connection opens with the first call. When the session is replaced at the server (`confirm`,
 * another password), or the token of the connection was refused, it is opened anew and its
 * subscriptions go on; when somebody signs in or out, it is closed. Nothing of one user goes over the
 * connection of another: such a call fails with a {@link SessionOverError} as `cause`.
 *
 * @throws TypeError when the session is not one of {@link createPortcullisSession}.
 * @example
 * ```ts setup=app-router
 * import { createPortcullisSession, createPortcullisSocket, portcullisLink } from "@portcullis/client";
 * import { createTRPCClient, wsLink } from "@trpc/client";
 *
 * const session = createPortcullisSession({ url: "https://api.example.com/trpc" });
 * const socket = createPortcullisSocket(session, { url: "wss://api.example.com/trpc" });
 * const api = createTRPCClient<AppRouter>({
 *   links: [portcullisLink(session), wsLink({ client: socket })],
 * });
 * ```
 */
export function createPortcullisSocket(
  session: PortcullisSession,
  options: SocketOptions,
): TRPCWebSocketClient {
  const core = coreOf(session);
  let client: TRPCWebSocketClient | undefined;
  // What the connection was opened with.
  let shown: AccessToken | undefined;

  function open(): TRPCWebSocketClient {
    client ??= createWSClient({
      ...options,
      async connectionParams() {
        const access = await core.freshAccess();
        shown = access;
        return access === undefined ? {} : { authorization: `Bearer ${access.text}` };
      },
    });
    return client;
  }

  async function close(): Promise<void> {
    const left = client;
    client = undefined;
    await left?.close();
  }

  /** Once for each token, however many calls were refused for it: those sent again are under way. */
  function isRefused(): boolean {
    return shown !== undefined && shown !== core.current()?.access();
  }

  /** tRPC's client opens a connection that was closed under it again, and begins its subscriptions where they were. */
  function reopen(): void {
    shown = undefined;
    client?.connection?.ws.close();
  }

  core.onSwitch((change) => {
    if (change === "left") void close();
    else if (change === "replaced" || isRefused()) reopen();
  });

  // All that `wsLink` uses of a client, each time of the one that is there.
  const facade: Pick<TRPCWebSocketClient, "connectionState" | "request" | "close" | "connection"> =
    {
      get connectionState() {
        return open().connectionState;
      },
      get connection() {
        return client?.connection ?? null;
      },
      request(call) {
        const ticket = ticketOf(call.op as Operation);
        // The connection shows who is signed in now.
        if (ticket !== undefined && ticket.login !== core.current()) {
          return observable((observer) => {
            observer.error(TRPCClientError.from(new SessionOverError()));
          });
        }
        return open().request(call);
      },
      close,
    };
  return facade as TRPCWebSocketClient;
}
