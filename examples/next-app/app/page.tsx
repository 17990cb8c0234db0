import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getApp } from "../lib/app.ts";
import { signedInUser } from "../lib/signed-in-user.ts";
import { Account } from "./account.tsx";
import { addNoteAction } from "./actions.ts";
import { Field } from "./form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const user = await signedInUser();
  return { title: user && `Notes of ${user.name} – Notebook` };
}

/** Rendered on the server as the user of the refresh cookie, which is not used up by it. */
export default async function Page() {
  const user = await signedInUser();
  if (user === undefined) redirect("/sign-in");
  const { auth, appRouter } = await getApp();
  const caller = appRouter.createCaller(auth.createServerContext({ headers: await headers() }));
  const notes = await caller.notes.list();
  return (
    <main>
      <Account userId={user.id}>
        <form action={addNoteAction}>
          <Field
            label="New note"
            name="text"
            maxLength={200}
            autoComplete="off"
            pattern=".*\S.*"
            title="A note has more than blanks."
          />
          <button>Add</button>
        </form>
        <section>
          <p role="status">{notes.length === 0 ? "No notes yet." : `Notes: ${notes.length}`}</p>
          <ul>
            {notes.map((note, index) => (
              <li key={index}>{note}</li>
            ))}
          </ul>
        </section>
      </Account>
    </main>
  );
}
