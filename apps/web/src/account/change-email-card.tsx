import { useStepUp } from "@portcullis/react";
import { changeEmailInput } from "@portcullis/server/inputs";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { TextField } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";

export function ChangeEmailCard({ email }: { readonly email: string }): ReactNode {
  const { run } = useStepUp();
  const [sentTo, setSentTo] = useState<string>();
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: changeEmailInput,
    defaultValues: { email: "" },
    async submit(values) {
      await run(() => client.api.auth.account.changeEmail.mutate(values));
      setSentTo(values.email);
      form.reset({ email: "" });
    },
  });
  return (
    <Card
      title="Email"
      lead={
        <>
          You sign in as <strong>{email}</strong>. A new address counts once you have opened the
          link that we mail to it; until then nothing changes.
        </>
      }
    >
      {sentTo !== undefined && (
        <Notice tone="good" title="Look into the other mailbox">
          If {sentTo} is free, a link is on its way there. Open it in this browser, signed in. A
          service that is tried out keeps its mails in the <Link to="/outbox">outbox</Link>.
        </Notice>
      )}
      <Form onSubmit={onSubmit} action="Send the link" isBusy={isBusy} problem={problem}>
        <TextField
          label="New email"
          type="email"
          autoComplete="email"
          {...fieldProps(form, "email")}
        />
      </Form>
    </Card>
  );
}
