import { useSession } from "@portcullis/react";
import { loginInput } from "@portcullis/server/inputs";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../client.ts";
import { Form } from "../forms/form.tsx";
import { EmailField, PasswordField } from "../forms/account-fields.tsx";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Redirect } from "../shell/redirect.tsx";
import { Card } from "../ui/card.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";

const route = getRouteApi("/sign-in");

const endings = {
  refresh_token_invalid:
    "You are signed out: this session was ended, here or on another device, or is too old.",
  refresh_token_reused:
    "A copy of this device's sign-in was used somewhere else, so the session was ended. If that was not you, change your password.",
  token_revoked: "You are signed out: this session was ended, here or on another device.",
} as const;

export function SignInPage(): ReactNode {
  const { next = "/posts" } = route.useSearch();
  const session = useSession();
  const { form, onSubmit, isBusy, problem } = useAppForm({
    schema: loginInput,
    defaultValues: { email: "", password: "" },
    submit: (values) => client.api.auth.login.mutate(values),
  });
  if (session.status === "signedIn") return <Redirect to={next} />;
  return (
    <Page title="Sign in" width="form">
      {session.status === "expired" && (
        <Notice tone="warn">{endings[session.reason] ?? endings.refresh_token_invalid}</Notice>
      )}
      <Card>
        <Form
          onSubmit={onSubmit}
          action="Sign in"
          isBusy={isBusy}
          problem={problem}
          more={<Link to="/forgot-password">Forgot your password?</Link>}
        >
          <EmailField {...fieldProps(form, "email")} />
          <PasswordField label="Password" {...fieldProps(form, "password")} />
        </Form>
      </Card>
      <p className="muted">
        New here? <Link to="/sign-up">Create an account</Link>
      </p>
    </Page>
  );
}
