"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { revalidatePath } from "next/cache";
import { getApp } from "../lib/app.ts";
import { addNote, noteSchema } from "../lib/notes.ts";

/**
 * A server action changes things by the cookie alone, so another site must not be able to call it:
 * Next compares Origin with Host before it runs one.
 */
export async function addNoteAction(form: FormData): Promise<void> {
  const { auth } = await getApp();
  const signedIn = await auth.readSession(await headers());
  if (signedIn === undefined) redirect("/sign-in");
  const text = noteSchema.safeParse(form.get("text"));
  if (text.success) addNote(signedIn.user.id, text.data);
  revalidatePath("/");
}
