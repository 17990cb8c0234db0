import { forgotPasswordInput } from "@portcullis/server/inputs";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { EmailField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";

export function ForgotPasswordPage(): ReactNode {
  const [sentTo, setSentTo] = useState<string>();
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: forgotPasswordInput,
    defaultValues: { email: "" },
    async submit(values) {
      await client.api.auth.forgotPassword.mutate(values);
      setSentTo(values.email);
    },
  });
  return (
    <Page title="Forgot your password?" lead="We send you a link that sets a new one." width="form">
      {sentTo !== undefined && (
        <Notice tone="good" title="Look into your mailbox">
          If {sentTo} has an account here, a link is on its way. It is good for 10 minutes, once. A
          service that is tried out keeps its mails in the <Link to="/outbox">outbox</Link>.
        </Notice>
      )}
      <Card>
        <Form onSubmit={onSubmit} action="Send the link" isBusy={isBusy} problem={problem}>
          <EmailField {...fieldProps(form, "email")} />
        </Form>
      </Card>
      <p className="muted">
        <Link to="/sign-in">Back to signing in</Link>
      </p>
    </Page>
  );
}
