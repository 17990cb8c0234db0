import { isPortcullisError } from "@portcullis/client";
import { useQuery } from "@tanstack/react-query";
import { FlaskConicalOff } from "lucide-react";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Lab } from "./lab.tsx";
import "./lab.css";

export function LabPage(): ReactNode {
  return (
    <Page
      title="Revocation lab"
      lead="Several devices of one account call the service without a break. Then one of them logs out everywhere. Watch from which moment on each check refuses them."
    >
      <LabOrWhyNot />
    </Page>
  );
}

function LabOrWhyNot(): ReactNode {
  const { data, error, refetch } = useQuery(
    trpc.lab.describe.queryOptions(undefined, { staleTime: Infinity }),
  );
  if (data !== undefined) return <Lab description={data} />;
  if (error === null) return <Skeleton lines={8} />;
  if (isPortcullisError(error) && error.data.code === "NOT_FOUND") {
    return (
      <EmptyState icon={FlaskConicalOff} title="The lab is switched off here">
        Its procedures compare good checks with bad ones, so a service shows it only where it is
        tried out. Start one on your machine, or set LAB=true.
      </EmptyState>
    );
  }
  return (
    <Notice
      tone="bad"
      action={
        <Button size="small" onClick={() => void refetch()}>
          Try again
        </Button>
      }
    >
      {errorText(error)}
    </Notice>
  );
}
