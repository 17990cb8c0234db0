import { KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";
import "./no-admin-page.css";

const command = "npx -y pnpm@12 portcullis user create-admin --email ada@example.com --name Ada";

export function NoAdminPage({
  isBusy,
  lookAgain,
}: {
  readonly isBusy: boolean;
  readonly lookAgain: () => void;
}): ReactNode {
  return (
    <Page title="Admin" width="column">
      <EmptyState
        icon={KeyRound}
        title="These pages are for admins"
        action={
          <Button isBusy={isBusy} onClick={lookAgain}>
            Look again
          </Button>
        }
      >
        Your account is no admin. An admin can make you one: you need not sign in again then.
      </EmptyState>
      <Card
        title="Is there no admin yet?"
        lead="The first one is made on the machine of the service, on the command line, and nowhere else."
      >
        <ol className="steps">
          <li>If the service keeps its data in a folder, as pnpm start does, stop it first.</li>
          <li>
            Run this in the folder of the service. It asks for a password:
            <code className="steps__command">{command}</code>
          </li>
          <li>Start the service again, and sign in with that email and password.</li>
        </ol>
      </Card>
    </Page>
  );
}
