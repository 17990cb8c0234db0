"use client";

import { useRouter } from "next/navigation";
import { client } from "../../lib/client.ts";
import { CredentialsForm } from "../credentials-form.tsx";

export default function SignIn() {
  const router = useRouter();
  return (
    <main>
      <h1>Sign in</h1>
      <CredentialsForm
        action="Sign in"
        submit={async (credentials) => {
          await client.api.auth.login.mutate(credentials);
          router.push("/");
          router.refresh();
          return "";
        }}
      />
      <h2>Or register</h2>
      <CredentialsForm
        action="Register"
        submit={async (credentials) => {
          await client.api.auth.register.mutate({ ...credentials, name: "Ada" });
          return "Follow the link in the mail.";
        }}
      />
    </main>
  );
}
