import Link from "next/link";
import { RegisterForm } from "../account-forms.tsx";

export const metadata = { title: "Create an account" };

export default function Register() {
  return (
    <main>
      <h1>Create an account</h1>
      <RegisterForm />
      <p>
        Have an account? <Link href="/sign-in">Sign in</Link>
      </p>
    </main>
  );
}
