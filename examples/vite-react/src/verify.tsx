import type { ReactNode } from "react";
import { client } from "./client.ts";
import { Form } from "./form.tsx";

/** Where the link of the mail leads: the token came in the fragment, which no server sees. */
export function Verify({ token }: { readonly token: string }): ReactNode {
  return (
    <main>
      <h1>Open your account</h1>
      <Form
        action="Open"
        submit={async ({ password = "" }) => {
          await client.api.auth.verifyEmail.mutate({ token, password });
          location.assign("/");
          return "Done.";
        }}
      >
        <label>
          The password that you registered with{" "}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
      </Form>
    </main>
  );
}
