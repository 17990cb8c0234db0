import type { SessionSummary } from "@portcullis/server";
import { useSessions } from "@portcullis/react";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { showToast } from "../ui/show-toast.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { describeDevice } from "./device.ts";
import { DeviceItem } from "./device-item.tsx";
import "./account.css";
import "./devices.css";

/** What is asked before devices are signed out, and what is done then. */
interface Question {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  readonly done: string;
  readonly act: () => Promise<void>;
  /** Whether it ends the session of this page. */
  readonly endsThis: boolean;
}

export function DevicesPage(): ReactNode {
  const { sessions, isLoading, error, refresh, revoke, revokeOthers, logoutEverywhere } =
    useSessions();
  const [question, setQuestion] = useState<Question>();
  const hasOthers = sessions?.some(({ current }) => !current) === true;

  const askForOne = (session: SessionSummary): void => {
    const { name } = describeDevice(session.userAgent);
    setQuestion({
      title: session.current ? "Sign out here?" : `Sign out ${name}?`,
      lead: session.current
        ? "You can sign in again at any time."
        : "What it holds is refused from the moment this is done.",
      action: "Sign out",
      done: session.current ? "You are signed out." : `${name} is signed out.`,
      act: () => revoke(session.id),
      endsThis: session.current,
    });
  };
  const askForOthers = (): void =>
    setQuestion({
      title: "Sign out all other devices?",
      lead: "Only this one stays signed in. What the others hold is refused from the moment this is done.",
      action: "Sign out all others",
      done: "All other devices are signed out.",
      act: revokeOthers,
      endsThis: false,
    });
  const askForAll = (): void =>
    setQuestion({
      title: "Sign out everywhere?",
      lead: "Every device is signed out, this one too. What they hold is refused from the moment this is done.",
      action: "Sign out everywhere",
      done: "Every device is signed out.",
      act: logoutEverywhere,
      endsThis: true,
    });

  return (
    <Page title="Devices" lead="Where you are signed in. Sign out what you do not know.">
      <div className="account">
        {error !== undefined && <QueryTrouble error={error} retry={refresh} isBusy={isLoading} />}
        <Card>
          {sessions === undefined ? (
            <Skeleton lines={6} />
          ) : (
            <ul className="account__list" aria-label="Devices" aria-busy={isLoading}>
              {thisOneFirst(sessions).map((session) => (
                <DeviceItem
                  key={session.id}
                  session={session}
                  onSignOut={() => askForOne(session)}
                />
              ))}
            </ul>
          )}
        </Card>
        {/* Not before the list is there, for it would push them down. */}
        {sessions !== undefined && (
          <div className="devices__all">
            <Button disabled={!hasOthers} onClick={askForOthers}>
              Sign out all others
            </Button>
            <Button onClick={askForAll}>Sign out everywhere</Button>
          </div>
        )}
      </div>
      {question !== undefined && (
        <SignOutDialog question={question} onClose={() => setQuestion(undefined)} />
      )}
    </Page>
  );
}

function SignOutDialog({
  question: { title, lead, action, done, act, endsThis },
  onClose,
}: {
  readonly question: Question;
  readonly onClose: () => void;
}): ReactNode {
  const navigate = useNavigate();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function signOut(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await act();
      showToast(done);
      onClose();
    } catch (error) {
      // This page is gone by then if it signed itself out: the message must stay.
      if (endsThis) showToast(errorText(error), "bad");
      setProblem(errorText(error));
    } finally {
      setIsBusy(false);
      if (endsThis) await navigate({ to: "/" });
    }
  }

  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={title}
      lead={lead}
      action={action}
      isBusy={isBusy}
      problem={problem}
      onConfirm={() => void signOut()}
    />
  );
}

function thisOneFirst(sessions: readonly SessionSummary[]): readonly SessionSummary[] {
  return sessions.toSorted((a, b) => Number(b.current) - Number(a.current));
}
