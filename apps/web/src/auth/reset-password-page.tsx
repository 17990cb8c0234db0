import { isPortcullisError } from "@portcullis/client";
import { resetPasswordInput } from "@portcullis/server/inputs";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { buttonLook } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { TextField } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { useMailedToken } from "./mailed-token.ts";
import { NoTokenPage } from "./no-token-page.tsx";

export function ResetPasswordPage(): ReactNode {
  const token = useMailedToken();
  if (token === undefined) return <NoTokenPage title="Set a new password" />;
  return <ResetPassword token={token} />;
}

function ResetPassword({ token }: { readonly token: string }): ReactNode {
  const [isDone, setIsDone] = useState(false);
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: resetPasswordInput,
    defaultValues: { token, newPassword: "" },
    async submit(values) {
      await client.api.auth.resetPassword.mutate(values);
      setIsDone(true);
    },
    fieldOf: (error) =>
      isPortcullisError(error) && error.data.reason === "password_refused"
        ? "newPassword"
        : undefined,
  });
  if (isDone) {
    return (
      <Page title="Your password is changed" width="form">
        <Notice tone="good">
          Every device was signed out, and what they held is refused already. Sign in with the new
          password.
        </Notice>
        <Link to="/sign-in" {...buttonLook({ variant: "primary" })}>
          Sign in
        </Link>
      </Page>
    );
  }
  return (
    <Page
      title="Set a new password"
      lead="It signs out every device of yours, this moment."
      width="form"
    >
      <Card>
        <Form onSubmit={onSubmit} action="Set password" isBusy={isBusy} problem={problem}>
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            hint="At least 15 characters: a few words that only you would put together."
            {...fieldProps(form, "newPassword")}
          />
        </Form>
      </Card>
    </Page>
  );
}
