import type { User } from "@portcullis/server";
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from "react";
import type { ReactClient } from "./client.ts";
import { createSessionView, firstSnapshot, type SessionView } from "./session-view.ts";

/** What {@link PortcullisProvider} takes. */
export interface PortcullisProviderProps {
  readonly client: ReactClient;
  /**
   * Who is signed in, as the server knew when it rendered the page; `null` when nobody was. Give the
   * same to the server and to the browser that hydrates. It holds until the session itself knows, and
   * later values are ignored. Default: not known, so that the server renders `restoring`.
   */
  readonly initialUser?: User | null | undefined;
  readonly children?: ReactNode;
}

interface Provided {
  readonly client: ReactClient;
  readonly view: SessionView;
}

const Context = createContext<Provided | undefined>(undefined);

/**
 * Lets the hooks and gates below it know who is signed in, and begins to restore the session. It
 * neither closes the session nor signs out when it leaves the page.
 *
 * @example
 * ```tsx setup=react-client
 * import { PortcullisProvider, SignedIn, SignedOut } from "@portcullis/react";
 *
 * const page = (
 *   <PortcullisProvider client={client}>
 *     <SignedIn>{(user) => <p>Hello {user.name}</p>}</SignedIn>
 *     <SignedOut>Please sign in.</SignedOut>
 *   </PortcullisProvider>
 * );
 * ```
 */
export function PortcullisProvider({
  client,
  initialUser,
  children,
}: PortcullisProviderProps): ReactNode {
  const { session } = client;
  const [first] = useState(() => firstSnapshot(initialUser));
  const provided = useMemo(
    () => ({ client, view: createSessionView(client.session, first) }),
    [client, first],
  );
  useEffect(() => {
    void session.restore();
  }, [session]);
  return createElement(Context.Provider, { value: provided }, children);
}

export function useProvided(): Provided {
  const provided = useContext(Context);
  if (provided === undefined) throw new Error("Needs a <PortcullisProvider> above it.");
  return provided;
}
