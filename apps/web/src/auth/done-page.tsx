import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";

/** Says that it is done, and leads on to the form to sign in. */
export function DonePage({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Page title={title} width="form">
      <Notice tone="good">{children}</Notice>
      <Link to="/sign-in" {...buttonLook({ variant: "primary" })}>
        Sign in
      </Link>
    </Page>
  );
}
