import { ConfirmForm } from "../account-forms.tsx";

export const metadata = { title: "Confirm your email" };

export default function VerifyEmail() {
  return (
    <main>
      <h1>Confirm your email</h1>
      <ConfirmForm />
    </main>
  );
}
