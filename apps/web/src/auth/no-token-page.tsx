import { Link } from "@tanstack/react-router";
import { MailQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";

/** For who comes without the link of a mail. */
export function NoTokenPage({ title }: { readonly title: string }): ReactNode {
  return (
    <Page title={title} width="column">
      <EmptyState
        icon={MailQuestion}
        title="The link is not whole"
        action={
          <Link to="/" {...buttonLook()}>
            To the first page
          </Link>
        }
      >
        Open the link of the mail again, or copy all of it into the address bar.
      </EmptyState>
    </Page>
  );
}
