import type { SessionSnapshot } from "@portcullis/client";
import { useSession } from "@portcullis/react";
import { useCallback, useEffect, useState, type ReactNode } from "react";
import { client } from "./client.ts";
import { Form } from "./form.tsx";

type User = Extract<SessionSnapshot, { status: "signedIn" }>["user"];

export function Notes({ user }: { readonly user: User }): ReactNode {
  const session = useSession();
  const [notes, setNotes] = useState<readonly string[]>([]);
  const load = useCallback(async () => setNotes(await client.api.notes.list.query()), []);
  useEffect(() => {
    load().catch(() => undefined);
  }, [load]);
  const isOffline = session.status === "signedIn" && session.connection === "offline";
  return (
    <main>
      <header>
        <h1>Notes of {user.name}</h1>
        <button onClick={() => void load().catch(() => undefined)}>Refresh</button>
        <button onClick={() => void client.api.auth.logout.mutate()}>Sign out</button>
        <button onClick={() => void client.api.auth.logoutEverywhere.mutate()}>
          Sign out everywhere
        </button>
      </header>
      {isOffline && <p role="status">Offline: trying again.</p>}
      {notes.length === 0 ? (
        <p>Nothing yet.</p>
      ) : (
        <ul>
          {notes.map((note, index) => (
            <li key={index}>{note}</li>
          ))}
        </ul>
      )}
      <Form
        action="Add"
        submit={async ({ text = "" }) => {
          await client.api.notes.add.mutate({ text });
          await load();
          return undefined;
        }}
      >
        <label>
          A note <input name="text" maxLength={200} required />
        </label>
      </Form>
    </main>
  );
}
