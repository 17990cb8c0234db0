import { registerInput } from "@portcullis/server/inputs";
import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { EmailField, NewPasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { buttonLook } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { TextField } from "../ui/field.tsx";
import { Page } from "../ui/page.tsx";

export function SignUpPage(): ReactNode {
  const [sentTo, setSentTo] = useState<string>();
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: registerInput,
    defaultValues: { name: "", email: "", password: "" },
    async submit(values) {
      await client.api.auth.register.mutate(values);
      setSentTo(values.email);
    },
    fieldOf: { password_refused: "password" },
  });
  if (sentTo !== undefined) {
    return (
      <Page title="Look into your mailbox" width="column">
        <EmptyState
          icon={MailCheck}
          title={`We wrote to ${sentTo}`}
          action={
            <div className="form__actions">
              <Link to="/outbox" {...buttonLook({ variant: "primary" })}>
                Open the outbox
              </Link>
              <Link to="/sign-in" {...buttonLook()}>
                Sign in
              </Link>
            </div>
          }
        >
          The link in the mail opens the account. A service that is tried out sends no mails: they
          are in its outbox.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title="Create an account" width="form">
      <Card>
        <Form onSubmit={onSubmit} action="Create account" isBusy={isBusy} problem={problem}>
          <TextField label="Name" autoComplete="name" {...fieldProps(form, "name")} />
          <EmailField {...fieldProps(form, "email")} />
          <NewPasswordField label="Password" {...fieldProps(form, "password")} />
        </Form>
      </Card>
      <p className="muted">
        Been here before? <Link to="/sign-in">Sign in</Link>
      </p>
    </Page>
  );
}
