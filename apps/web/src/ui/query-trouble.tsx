import type { ReactNode } from "react";
import { errorText } from "../forms/error-text.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** Where something could not be read: says why, and lets one try again. */
export function QueryTrouble({
  error,
  retry,
  isBusy = false,
}: {
  readonly error: unknown;
  readonly retry: () => unknown;
  readonly isBusy?: boolean;
}): ReactNode {
  return (
    <Notice
      tone="bad"
      action={
        <Button size="small" isBusy={isBusy} onClick={() => void retry()}>
          Try again
        </Button>
      }
    >
      {errorText(error)}
    </Notice>
  );
}
