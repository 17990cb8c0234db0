import { verifyEmailInput } from "@portcullis/server/inputs";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { PasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { Page } from "../ui/page.tsx";
import { DonePage } from "./done-page.tsx";
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
    fieldOf: { invalid_credentials: "password" },
  });
  if (isDone) {
    return <DonePage title="Your email is verified">Your account is open.</DonePage>;
  }
  return (
    <Page
      title="Verify your email"
      lead="One last step: the password that you chose for the account."
      width="form"
    >
      <Card>
        <Form onSubmit={onSubmit} action="Open my account" isBusy={isBusy} problem={problem}>
          <PasswordField label="Password" {...fieldProps(form, "password")} />
        </Form>
      </Card>
    </Page>
  );
}
