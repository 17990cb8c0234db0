import { isPortcullisError } from "@portcullis/client";
import { changePasswordInput } from "@portcullis/server/inputs";
import type { ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Card } from "../ui/card.tsx";
import { TextField } from "../ui/field.tsx";
import { showToast } from "../ui/show-toast.ts";

const nothing = { currentPassword: "", newPassword: "" };

export function ChangePasswordCard({ email }: { readonly email: string }): ReactNode {
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: changePasswordInput,
    defaultValues: nothing,
    async submit(values) {
      try {
        await client.api.auth.account.changePassword.mutate(values);
      } catch (error) {
        if (!isWrongPassword(error)) throw error;
        form.setError(
          "currentPassword",
          { message: "This is not your current password." },
          { shouldFocus: true },
        );
        return;
      }
      form.reset(nothing);
      showToast("Your password is changed, and every other device is signed out.");
    },
    fieldOf: (error) =>
      isPortcullisError(error) && error.data.reason === "password_refused"
        ? "newPassword"
        : undefined,
  });
  return (
    <Card title="Password" lead="A new one signs out every other device, this moment.">
      <Form onSubmit={onSubmit} action="Change password" isBusy={isBusy} problem={problem}>
        {/* Tells password managers whose password it is. */}
        <input type="hidden" autoComplete="username" name="username" value={email} readOnly />
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          {...fieldProps(form, "currentPassword")}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 15 characters: a few words that only you would put together."
          {...fieldProps(form, "newPassword")}
        />
      </Form>
    </Card>
  );
}

function isWrongPassword(error: unknown): boolean {
  return isPortcullisError(error) && error.data.reason === "invalid_credentials";
}
