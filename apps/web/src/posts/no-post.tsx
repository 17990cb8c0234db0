import { Link } from "@tanstack/react-router";
import { FileX2 } from "lucide-react";
import type { ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";

/** Where a post was, or should have been. */
export function NoPost({ wasShown = false }: { readonly wasShown?: boolean }): ReactNode {
  return (
    <EmptyState
      icon={FileX2}
      title={wasShown ? "This post was removed" : "There is no such post"}
      action={
        <Link to="/posts" {...buttonLook()}>
          All posts
        </Link>
      }
    >
      {wasShown
        ? "Its author deleted it just now, while you had it open."
        : "The address may be mistyped, or its author has deleted it."}
    </EmptyState>
  );
}
