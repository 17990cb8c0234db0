import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getApp } from "../lib/app.ts";
import { addNoteAction } from "./actions.ts";
import { Account } from "./account.tsx";

/** Rendered on the server as the user of the refresh cookie, which is not used up by it. */
export default async function Page() {
  const requestHeaders = await headers();
  const { auth, appRouter } = await getApp();
  const signedIn = await auth.readSession(requestHeaders);
  if (signedIn === undefined) redirect("/sign-in");
  const caller = appRouter.createCaller(auth.createServerContext({ headers: requestHeaders }));
  const notes = await caller.notes.list();
  return (
    <main>
      <h1>Notes of {signedIn.user.name}</h1>
      <ul>
        {notes.map((note, index) => (
          <li key={index}>{note}</li>
        ))}
      </ul>
      <form action={addNoteAction}>
        <label>
          A note <input name="text" maxLength={200} required />
        </label>
        <button>Add</button>
      </form>
      <Account />
    </main>
  );
}
