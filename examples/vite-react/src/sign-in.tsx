import type { SessionEndReason } from "@portcullis/client";
import { useState, type ReactNode } from "react";
import { client } from "./client.ts";
import { Form } from "./form.tsx";

export function SignIn({ reason }: { readonly reason: SessionEndReason | undefined }): ReactNode {
  const [isNew, setIsNew] = useState(false);
  return (
    <main>
      <h1>{isNew ? "Register" : "Sign in"}</h1>
      {reason !== undefined && <p role="status">Your session was ended. Please sign in again.</p>}
      <Form
        key={String(isNew)}
        action={isNew ? "Register" : "Sign in"}
        submit={async ({ email = "", password = "", name = "" }) => {
          if (!isNew) {
            await client.api.auth.login.mutate({ email, password });
            return undefined;
          }
          await client.api.auth.register.mutate({ email, password, name });
          return "Follow the link in the mail.";
        }}
      >
        {isNew && (
          <label>
            Name <input name="name" autoComplete="name" required />
          </label>
        )}
        <label>
          Email <input name="email" type="email" autoComplete="email" required />
        </label>
        <label>
          Password{" "}
          <input
            name="password"
            type="password"
            autoComplete={isNew ? "new-password" : "current-password"}
            required
          />
        </label>
      </Form>
      <p>
        <button onClick={() => setIsNew(!isNew)}>
          {isNew ? "I have an account" : "I am new here"}
        </button>
      </p>
    </main>
  );
}
