import { useState, type ReactNode } from "react";
import { client } from "./client.ts";
import { Field, Form } from "./form.tsx";
import { Page } from "./page.tsx";

/** Where the link of the mail leads: the token came in the fragment, which no server sees. */
export function Verify({ token }: { readonly token: string }): ReactNode {
  const [isDone, setIsDone] = useState(false);
  if (isDone) {
    return (
      <Page title="Email confirmed">
        <p>
          Your account is open. <a href="/">Sign in</a>
        </p>
      </Page>
    );
  }
  return (
    <Page title="Confirm your email">
      <Form
        action="Confirm"
        submit={async ({ password = "" }) => {
          await client.api.auth.verifyEmail.mutate({ token, password });
          setIsDone(true);
        }}
      >
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          hint="The one that you have just chosen."
        />
      </Form>
    </Page>
  );
}
