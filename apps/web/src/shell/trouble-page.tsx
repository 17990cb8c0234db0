import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import type { ReactNode } from "react";
import { errorText } from "../forms/error-text.ts";
import { Button, buttonLook } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";

export function NotFoundPage(): ReactNode {
  return (
    <Page title="No such page" width="column">
      <EmptyState
        icon={Compass}
        title="There is nothing here"
        action={
          <Link to="/" {...buttonLook()}>
            To the first page
          </Link>
        }
      >
        The address may be mistyped, or what was here is gone.
      </EmptyState>
    </Page>
  );
}

export function TroublePage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <Page title="That did not work" width="column">
      <Notice
        tone="bad"
        action={
          <Button size="small" onClick={reset}>
            Try again
          </Button>
        }
      >
        {errorText(error)}
      </Notice>
    </Page>
  );
}
