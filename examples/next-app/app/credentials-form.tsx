"use client";

import { useState } from "react";

interface Fields {
  readonly email: string;
  readonly password: string;
}

export function CredentialsForm({
  action,
  withEmail = true,
  submit,
}: {
  readonly action: string;
  readonly withEmail?: boolean;
  readonly submit: (fields: Fields) => Promise<string>;
}) {
  const [said, setSaid] = useState("");
  return (
    <form
      aria-label={action}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const fields = { email: String(form.get("email")), password: String(form.get("password")) };
        submit(fields).then(setSaid, (error: unknown) =>
          setSaid(error instanceof Error ? error.message : "That did not work."),
        );
      }}
    >
      {withEmail && (
        <label>
          Email <input name="email" type="email" autoComplete="email" required />
        </label>
      )}
      <label>
        Password <input name="password" type="password" required />
      </label>
      <button>{action}</button>
      <p role="status">{said}</p>
    </form>
  );
}
