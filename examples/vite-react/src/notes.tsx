import { isPortcullisError, type SessionSnapshot } from "@portcullis/client";
import { useSession } from "@portcullis/react";
import { useCallback, useEffect, useState, type ReactNode } from "react";
import { client } from "./client.ts";
import { Field, Form } from "./form.tsx";
import { Page } from "./page.tsx";
import { problemOf } from "./problem.ts";

type User = Extract<SessionSnapshot, { status: "signedIn" }>["user"];

export function Notes({
  user,
  setLogoutLost,
}: {
  readonly user: User;
  /** Signing out holds here at once, whether or not the server has learnt of it. */
  readonly setLogoutLost: (isLost: boolean) => void;
}): ReactNode {
  const session = useSession();
  const [notes, setNotes] = useState<readonly string[]>();
  const [problem, setProblem] = useState<string>();
  const load = useCallback(async () => {
    try {
      setNotes(await client.api.notes.list.query());
      setProblem(undefined);
    } catch (error) {
      setProblem(problemOf(error).text);
    }
  }, []);
  useEffect(() => {
    setLogoutLost(false);
    void load();
  }, [load, setLogoutLost]);

  const leave = async (call: Promise<unknown>): Promise<void> => {
    try {
      await call;
    } catch (error) {
      const isOver = isPortcullisError(error) && error.data.httpStatus === 401;
      setLogoutLost(!isOver);
    }
  };
  const isOffline = session.status === "signedIn" && session.connection === "offline";
  return (
    <Page title={`Notes of ${user.name}`}>
      <header>
        <p className="hint">{user.email}</p>
        <div className="bar">
          <button onClick={() => void leave(client.api.auth.logout.mutate())}>Sign out</button>
          <button onClick={() => void leave(client.api.auth.logoutEverywhere.mutate())}>
            Sign out everywhere
          </button>
        </div>
      </header>
      <Form
        action="Add"
        submit={async ({ text = "" }) => {
          await client.api.notes.add.mutate({ text });
          await load();
        }}
      >
        <Field label="New note" name="text" maxLength={200} autoComplete="off" />
      </Form>
      <section>
        <div className="bar">
          <p role="status">
            {problem ?? (isOffline ? "Offline: this may be old." : countOf(notes))}
          </p>
          <button onClick={() => void load()}>Refresh</button>
        </div>
        <ul>
          {notes?.map((note, index) => (
            <li key={index}>{note}</li>
          ))}
        </ul>
      </section>
    </Page>
  );
}

function countOf(notes: readonly string[] | undefined): string {
  switch (notes?.length) {
    case undefined:
      return "";
    case 0:
      return "No notes yet.";
    case 1:
      return "1 note";
    default:
      return `${notes?.length} notes`;
  }
}
