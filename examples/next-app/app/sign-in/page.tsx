import Link from "next/link";
import { redirect } from "next/navigation";
import { signedInUser } from "../../lib/signed-in-user.ts";
import { SignInForm } from "../account-forms.tsx";

export const metadata = { title: "Sign in" };

export default async function SignIn() {
  if ((await signedInUser()) !== undefined) redirect("/");
  return (
    <main>
      <h1>Sign in</h1>
      <SignInForm />
      <p>
        New here? <Link href="/register">Create an account</Link>
      </p>
    </main>
  );
}
