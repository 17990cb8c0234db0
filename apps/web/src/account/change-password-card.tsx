import { isPortcullisError } from "@portcullis/client";
import { changePasswordInput } from "@portcullis/server/inputs";
import type { ReactNode } from "react";
import { client } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Form } from "../forms/form.tsx";
import { NewPasswordField, PasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { showToast } from "../ui/show-toast.ts";

const nothing = { currentPassword: "", newPassword: "" };

export function ChangePasswordCard({ email }: { readonly email: string }): ReactNode {
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: changePasswordInput,
    defaultValues: nothing,
    async submit(values) {
      await client.api.auth.account.changePassword.mutate(values);
      form.reset(nothing);
      showToast("Your password is changed, and every other device is signed out.");
    },
    fieldOf: { invalid_credentials: "currentPassword", password_refused: "newPassword" },
    textOf: (error) =>
      isPortcullisError(error) && error.data.reason === "invalid_credentials"
        ? "This is not your current password."
        : errorText(error),
  });
  return (
    <Card title="Password" lead="A new one signs out every other device, this moment.">
      <Form onSubmit={onSubmit} action="Change password" isBusy={isBusy} problem={problem}>
        {/* Tells password managers whose password it is. */}
        <input type="hidden" autoComplete="username" name="username" value={email} readOnly />
        <PasswordField label="Current password" {...fieldProps(form, "currentPassword")} />
        <NewPasswordField label="New password" {...fieldProps(form, "newPassword")} />
      </Form>
    </Card>
  );
}
