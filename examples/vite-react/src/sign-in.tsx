import type { SessionEndReason } from "@portcullis/client";
import { useState, type ReactNode } from "react";
import { client } from "./client.ts";
import { Field, Form } from "./form.tsx";
import { Page } from "./page.tsx";

export function SignIn({
  reason,
  isLogoutLost,
}: {
  readonly reason: SessionEndReason | undefined;
  readonly isLogoutLost: boolean;
}): ReactNode {
  const [isNew, setIsNew] = useState(false);
  if (isNew) return <Register onBack={() => setIsNew(false)} />;
  return (
    <Page title="Sign in">
      {reason !== undefined && (
        <p role="status" className="notice">
          Your session was ended. Please sign in again.
        </p>
      )}
      {isLogoutLost && (
        <p role="status" className="notice">
          The server could not be reached, so your session goes on. Reload this page later, and sign
          out again.
        </p>
      )}
      <Form
        action="Sign in"
        submit={({ email = "", password = "" }) =>
          client.api.auth.login.mutate({ email, password })
        }
      >
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </Form>
      <p className="bar">
        <span>New here?</span>
        <button onClick={() => setIsNew(true)}>Create an account</button>
      </p>
    </Page>
  );
}

function Register({ onBack }: { readonly onBack: () => void }): ReactNode {
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined) {
    return (
      <Page title="Check your mail">
        <p>Follow the link that was sent to {sentTo}.</p>
        <p className="hint">This example sends no mail: the terminal of the API shows it.</p>
        <p className="bar">
          <span>Nothing came?</span>
          <button onClick={() => setSentTo(undefined)}>Try again</button>
        </p>
      </Page>
    );
  }
  return (
    <Page title="Create an account">
      <Form
        action="Create account"
        submit={async ({ email = "", password = "", name = "" }) => {
          await client.api.auth.register.mutate({ email, password, name });
          setSentTo(email);
        }}
      >
        <Field label="Name" name="name" autoComplete="name" />
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="At least 15 characters; a few words will do."
        />
      </Form>
      <p className="bar">
        <span>Have an account?</span>
        <button onClick={onBack}>Sign in</button>
      </p>
    </Page>
  );
}
