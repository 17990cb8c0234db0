import { isPortcullisError } from "@portcullis/client";
import { verifyEmailInput } from "@portcullis/server/inputs";
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

export function VerifyEmailPage(): ReactNode {
  const token = useMailedToken();
  if (token === undefined) return <NoTokenPage title="Verify your email" />;
  return <VerifyEmail token={token} />;
}

function VerifyEmail({ token }: { readonly token: string }): ReactNode {
  const [isDone, setIsDone] = useState(false);
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: verifyEmailInput,
    defaultValues: { token, password: "" },
    async submit(values) {
      await client.api.auth.verifyEmail.mutate(values);
      setIsDone(true);
    },
    fieldOf: (error) =>
      isPortcullisError(error) && error.data.reason === "invalid_credentials"
        ? "password"
        : undefined,
  });
  if (isDone) {
    return (
      <Page title="Your email is verified" width="form">
        <Notice tone="good">Your account is open.</Notice>
        <Link to="/sign-in" {...buttonLook({ variant: "primary" })}>
          Sign in
        </Link>
      </Page>
    );
  }
  return (
    <Page
      title="Verify your email"
      lead="One last step: the password that you chose for the account."
      width="form"
    >
      <Card>
        <Form onSubmit={onSubmit} action="Open my account" isBusy={isBusy} problem={problem}>
          <TextField
            label="Password"
            type="password"
            autoComplete="current-password"
            {...fieldProps(form, "password")}
          />
        </Form>
      </Card>
    </Page>
  );
}
