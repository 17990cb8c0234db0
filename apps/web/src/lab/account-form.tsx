import { loginInput } from "@portcullis/server/inputs";
import type { ReactNode } from "react";
import { Form } from "../forms/form.tsx";
import { EmailField, PasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import type { Credentials } from "./account.ts";

/** Where accounts are verified by mail, the lab cannot make one for itself. */
export function AccountForm({
  onAccount,
}: {
  readonly onAccount: (account: Credentials) => void;
}): ReactNode {
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: loginInput,
    defaultValues: { email: "", password: "" },
    submit: async ({ email, password }) => onAccount({ email, password }),
  });
  return (
    <Card
      title="Whose devices?"
      lead="The lab signs six devices in with your account and logs all of its devices out, this browser as well. The password stays in the memory of this page."
    >
      <Form onSubmit={onSubmit} action="Use this account" isBusy={isBusy} problem={problem}>
        <EmailField {...fieldProps(form, "email")} />
        <PasswordField label="Password" {...fieldProps(form, "password")} />
      </Form>
    </Card>
  );
}
