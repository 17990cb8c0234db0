import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { AuditRow } from "./audit-row.tsx";
import "./audit-list.css";

const pageSize = 20;

/** The audit log, newest first: of all, or what one user did and what was done to them. */
export function AuditList({ userId }: { readonly userId?: string | undefined }): ReactNode {
  const sought = { userId, limit: pageSize };
  const log = useInfiniteQuery(
    trpc.auth.admin.auditLog.infiniteQueryOptions(sought, {
      getNextPageParam: ({ nextCursor }) => nextCursor,
    }),
  );
  const entries = log.data?.pages.flatMap((page) => page.entries);
  return (
    <>
      {log.isError && <QueryTrouble error={log.error} retry={log.refetch} />}
      {log.isPending && <Skeleton lines={8} />}
      {entries?.length === 0 && <EmptyState icon={History} title="Nothing has happened yet" />}
      {entries !== undefined && entries.length > 0 && (
        <ol className="audit-list">
          {entries.map((entry) => (
            <AuditRow key={entry.id} entry={entry} shownUserId={userId} />
          ))}
        </ol>
      )}
      {log.hasNextPage && (
        <div className="audit-list__more">
          <Button isBusy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
