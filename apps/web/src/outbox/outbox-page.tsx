import { useQuery } from "@tanstack/react-query";
import { Inbox, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { MailReader } from "./mail-reader.tsx";
import { readOutbox } from "./mails.ts";

/** While the page is hidden nothing is asked. */
const refreshMs = 3000;

export function OutboxPage(): ReactNode {
  const { data, isError, isFetching, refetch } = useQuery({
    queryKey: ["outbox"],
    queryFn: ({ signal }) => readOutbox(signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.kind === "hidden" ? false : refreshMs),
  });
  const lookAgain = (
    <Button size="small" isBusy={isFetching} onClick={() => void refetch()}>
      Try again
    </Button>
  );
  return (
    <Page
      title="Outbox"
      lead="A service that is being tried out sends no mails: they wait here for whoever started it."
    >
      {isError && (
        <Notice tone="bad" action={lookAgain}>
          The outbox cannot be read at the moment. It is tried again every few seconds.
        </Notice>
      )}
      {data === undefined && !isError && <Skeleton lines={8} />}
      {data?.kind === "hidden" && (
        <EmptyState icon={KeyRound} title="This browser may not see the outbox" action={lookAgain}>
          The service printed an address when it started, after “Mails are shown at”. Open that
          address in this browser once: it has the key. If it printed none, it sends real mails:
          look into your own mailbox.
        </EmptyState>
      )}
      {data?.kind === "shown" && data.mails.length === 0 && (
        <EmptyState icon={Inbox} title="No mail yet">
          Create an account, or ask for a new password: the mail is here within seconds.
        </EmptyState>
      )}
      {data?.kind === "shown" && data.mails.length > 0 && <MailReader mails={data.mails} />}
    </Page>
  );
}
