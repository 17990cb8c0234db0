import {
  createWSClient,
  type TRPCWebSocketClient,
  type WebSocketClientOptions,
} from "@trpc/client";
import { coreOf, type PortcullisSession } from "./session.ts";

/** The options of tRPC's `createWSClient`, but for `connectionParams`: those are the token's. */
export type SocketOptions = Omit<WebSocketClientOptions, "connectionParams">;

/**
 * Makes the client of tRPC's `wsLink` for a session. The token goes in the first message of the
 * connection (`connectionParams.authorization`), and never into the URL.
 *
 * The connection opens with the first call. When the session is replaced at the server (`confirm`,
 * another password), it is opened anew and its subscriptions go on; when somebody signs in or out,
 * it is closed, and nothing of one user goes over the connection of another.
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

  function open(): TRPCWebSocketClient {
    client ??= createWSClient({
      ...options,
      async connectionParams() {
        const access = await core.freshAccess();
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

  core.onSwitch((change) => {
    // tRPC's client opens a connection that was closed under it again, and begins its
    // subscriptions where they were.
    if (change === "replaced") client?.connection?.ws.close();
    else void close();
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
      request: (call) => open().request(call),
      close,
    };
  return facade as TRPCWebSocketClient;
}
