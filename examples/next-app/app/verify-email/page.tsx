"use client";

import { useRouter } from "next/navigation";
import { client } from "../../lib/client.ts";
import { CredentialsForm } from "../credentials-form.tsx";

/** The token came in the fragment, which no server sees. */
export default function VerifyEmail() {
  const router = useRouter();
  return (
    <main>
      <h1>Open your account</h1>
      <CredentialsForm
        action="Open"
        withEmail={false}
        submit={async ({ password }) => {
          const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
          await client.api.auth.verifyEmail.mutate({ token, password });
          router.push("/sign-in");
          return "";
        }}
      />
    </main>
  );
}
