"use server";

import { redirect } from "next/navigation";
import { revalidatePath } from "next/cache";
import { addNote, noteSchema } from "../lib/notes.ts";
import { signedInUser } from "../lib/signed-in-user.ts";

/**
 * A server action changes things by the cookie alone, so another site must not be able to call it:
 * Next compares Origin with Host before it runs one.
 */
export async function addNoteAction(form: FormData): Promise<void> {
  const user = await signedInUser();
  if (user === undefined) redirect("/sign-in");
  const text = noteSchema.safeParse(form.get("text"));
  if (text.success) addNote(user.id, text.data);
  revalidatePath("/");
}
