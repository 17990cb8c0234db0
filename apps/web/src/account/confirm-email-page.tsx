import { useSignedInUser } from "@portcullis/react";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useMailedToken } from "../auth/mailed-token.ts";
import { NoTokenPage } from "../auth/no-token-page.tsx";
import { client } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Button, buttonLook } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";

export function ConfirmEmailPage(): ReactNode {
  const token = useMailedToken();
  if (token === undefined) return <NoTokenPage title="Confirm your new email" />;
  return <ConfirmEmail token={token} />;
}

function ConfirmEmail({ token }: { readonly token: string }): ReactNode {
  const user = useSignedInUser();
  const [isDone, setIsDone] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function confirm(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await client.api.auth.account.confirmEmail.mutate({ token });
      setIsDone(true);
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setIsBusy(false);
    }
  }

  if (isDone) {
    return (
      <Page title="Your email is changed" width="form">
        <Notice tone="good">From now on you sign in as {user.email}.</Notice>
        <Link to="/account" {...buttonLook({ variant: "primary" })}>
          To your profile
        </Link>
      </Page>
    );
  }
  return (
    <Page
      title="Confirm your new email"
      lead={
        <>
          You are signed in as <strong>{user.email}</strong>. From now on it shall be the address
          that this link was mailed to.
        </>
      }
      width="form"
    >
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <Button variant="primary" isBusy={isBusy} onClick={() => void confirm()}>
        Use the new email
      </Button>
    </Page>
  );
}
