import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { ActivityItem } from "./activity-item.tsx";
import "./account.css";
import "./activity.css";

const pageSize = 20;

export function ActivityPage(): ReactNode {
  const activity = useInfiniteQuery(
    trpc.auth.account.activity.infiniteQueryOptions(
      { limit: pageSize },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const entries = activity.data?.pages.flatMap((page) => page.entries);
  return (
    <Page
      title="Activity"
      lead="What has happened to your account, newest first. If something was not you, change your password."
    >
      <div className="account">
        {activity.isError && (
          <QueryTrouble
            error={activity.error}
            retry={activity.refetch}
            isBusy={activity.isFetching}
          />
        )}
        <Card>
          {activity.isPending && <Skeleton lines={10} />}
          {entries?.length === 0 && <EmptyState icon={History} title="Nothing has happened yet" />}
          {entries !== undefined && entries.length > 0 && (
            <ol className="account__list" aria-label="Activity">
              {entries.map((entry) => (
                <ActivityItem key={entry.id} entry={entry} />
              ))}
            </ol>
          )}
          {activity.hasNextPage && (
            <div className="account__more">
              <Button
                isBusy={activity.isFetchingNextPage}
                onClick={() => void activity.fetchNextPage()}
              >
                Show more
              </Button>
            </div>
          )}
        </Card>
      </div>
    </Page>
  );
}
