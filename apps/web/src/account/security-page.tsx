import { useSignedInUser } from "@portcullis/react";
import type { ReactNode } from "react";
import { Page } from "../ui/page.tsx";
import { ChangeEmailCard } from "./change-email-card.tsx";
import { ChangePasswordCard } from "./change-password-card.tsx";
import { DeleteAccountCard } from "./delete-account-card.tsx";
import "./account.css";

export function SecurityPage(): ReactNode {
  const { email } = useSignedInUser();
  return (
    <Page title="Security" lead="How you sign in, and how you leave for good.">
      <div className="account">
        <ChangePasswordCard email={email} />
        <ChangeEmailCard email={email} />
        <DeleteAccountCard email={email} />
      </div>
    </Page>
  );
}
