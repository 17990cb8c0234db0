import { resetPasswordInput } from "@portcullis/server/inputs";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { NewPasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { Page } from "../ui/page.tsx";
import { DonePage } from "./done-page.tsx";
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
    fieldOf: { password_refused: "newPassword" },
  });
  if (isDone) {
    return (
      <DonePage title="Your password is changed">
        Every device was signed out, and what they held is refused already. Sign in with the new
        password.
      </DonePage>
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
          <NewPasswordField label="New password" {...fieldProps(form, "newPassword")} />
        </Form>
      </Card>
    </Page>
  );
}
