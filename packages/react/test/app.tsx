import { isPortcullisError, type PortcullisClient } from "@portcullis/client";
import type { User } from "@portcullis/server";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { Component, Suspense, useState, type ReactNode } from "react";
import {
  PortcullisProvider,
  Restoring,
  SignedIn,
  SignedOut,
  useRestoredSession,
  useSession,
  useSessions,
  useSignedInUser,
  useStepUp,
} from "../src/index.ts";
import type { TestRouter } from "./router.ts";

export interface AppProps {
  readonly client: PortcullisClient<TestRouter>;
  readonly initialUser?: User | null | undefined;
  /** What each render of the page saw, in order. */
  readonly seen: string[];
  /** The part of the page, by its path. */
  readonly path: string;
  readonly trpc?: TRPCOptionsProxy<TestRouter> | undefined;
}

/** Has a part for each thing that tests look at. */
export function App({ client, initialUser, seen, path, trpc }: AppProps): ReactNode {
  return (
    <PortcullisProvider client={client} initialUser={initialUser}>
      <Status seen={seen} />
      <Restoring>
        <p>One moment</p>
      </Restoring>
      <SignedOut>{(reason) => <p>Signed out: {reason ?? "by choice"}</p>}</SignedOut>
      <SignedIn>{(user) => <p>Hello {user.name}</p>}</SignedIn>
      {path === "/suspense" && (
        <>
          <Suspense fallback={<p>Waiting for the session</p>}>
            <Settled />
          </Suspense>
          <ErrorBoundary>
            <Suspense fallback={<p>Waiting for the user</p>}>
              <Profile />
            </Suspense>
          </ErrorBoundary>
        </>
      )}
      <SignedIn>
        {path === "/sessions" && <Devices />}
        {path === "/step-up" && <Email client={client} />}
        {trpc !== undefined && <Query trpc={trpc} />}
      </SignedIn>
      <PasswordDialog />
    </PortcullisProvider>
  );
}

function Status({ seen }: Pick<AppProps, "seen">): ReactNode {
  const { status } = useSession();
  seen.push(status);
  return null;
}

function Settled(): ReactNode {
  return <p>Settled: {useRestoredSession().status}</p>;
}

function Profile(): ReactNode {
  return <p>Profile of {useSignedInUser().name}</p>;
}

class ErrorBoundary extends Component<{ readonly children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <p>{String(error)}</p>;
  }
}

function Devices(): ReactNode {
  const { sessions, isLoading, error, refresh, revoke, revokeOthers, logoutEverywhere } =
    useSessions();
  return (
    <section aria-busy={isLoading}>
      <ul>
        {sessions?.map(({ id, userAgent, current }) => (
          <li key={id}>
            {current ? "This device" : userAgent}
            <button onClick={() => void revoke(id)}>End</button>
          </li>
        ))}
      </ul>
      {error !== undefined && <p role="alert">The list may be old</p>}
      <button onClick={refresh}>Refresh</button>
      <button onClick={() => void revokeOthers()}>End others</button>
      <button onClick={() => void logoutEverywhere()}>End all</button>
    </section>
  );
}

function Email({ client }: Pick<AppProps, "client">): ReactNode {
  const { run } = useStepUp();
  const [outcomes, setOutcomes] = useState<readonly string[]>([]);
  async function change(name: string): Promise<void> {
    const email = `${name}@example.test`;
    const outcome = await run(() => client.api.auth.account.changeEmail.mutate({ email })).then(
      () => `${name} accepted`,
      (error: unknown) => (isPortcullisError(error) ? error.data.reason : String(error)),
    );
    setOutcomes((before) => [...before, outcome]);
  }
  return (
    <section>
      <button onClick={() => void Promise.all([change("first"), change("second")])}>
        Change email
      </button>
      <output>{outcomes.toSorted().join(", ")}</output>
    </section>
  );
}

function PasswordDialog(): ReactNode {
  const { pending, confirm, cancel } = useStepUp();
  if (pending === undefined) return null;
  const { error, isConfirming } = pending;
  return (
    <form
      role="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm(new FormData(event.currentTarget).get("password") as string);
      }}
    >
      <input name="password" type="password" aria-label="Password" />
      {error !== undefined && (
        <p role="alert">{isPortcullisError(error) ? error.data.reason : "No answer"}</p>
      )}
      <button disabled={isConfirming}>Confirm</button>
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </form>
  );
}

function Query({ trpc }: { readonly trpc: TRPCOptionsProxy<TestRouter> }): ReactNode {
  const { run } = useStepUp();
  const greeting = useQuery(trpc.greeting.queryOptions());
  const changeEmail = trpc.auth.account.changeEmail.mutationOptions();
  const { mutate, data } = useMutation({
    ...changeEmail,
    mutationFn: (input, context) =>
      run(() => changeEmail.mutationFn?.(input, context) ?? Promise.reject(new Error("None"))),
  });
  return (
    <section>
      <p>{greeting.data}</p>
      <button onClick={() => mutate({ email: "third@example.test" })}>Change by query</button>
      {data?.accepted && <p>Accepted by query</p>}
    </section>
  );
}
