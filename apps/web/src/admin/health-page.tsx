import type { ServiceHealth } from "@portcullis/app-server/contract";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Fact, Facts } from "../ui/facts.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { describeCache, sayDuration } from "./health-words.ts";
import { ReadsTable } from "./reads-table.tsx";
import { RecentEvents } from "./recent-events.tsx";
import { RevokeAllCard } from "./revoke-all-card.tsx";
import "./health-page.css";

/** While the page is hidden nothing is asked. */
const refreshMs = 2000;

export function HealthPage(): ReactNode {
  const { data, error, refetch, isFetching } = useQuery(
    trpc.service.health.queryOptions(undefined, { refetchInterval: refreshMs, staleTime: 0 }),
  );
  return (
    <Page title="Health" lead="How the node is that answers you. It is asked every two seconds.">
      {error !== null && <QueryTrouble error={error} retry={refetch} isBusy={isFetching} />}
      {data === undefined ? error === null && <Skeleton lines={10} /> : <Health health={data} />}
      {/* Not before what stands above it: that would push it down. */}
      {(data !== undefined || error !== null) && <RevokeAllCard />}
    </Page>
  );
}

function Health({ health }: { readonly health: ServiceHealth }): ReactNode {
  const { title, meaning, tone } = describeCache(health);
  const { metrics } = health;
  return (
    <>
      <Notice tone={tone} title={title}>
        {meaning}
      </Notice>
      <div className="health">
        <Card title="Node">
          <Facts>
            <Fact name="Name">
              <code>{health.node}</code>
            </Fact>
            <Fact name="Up for">
              <span className="number">{sayDuration(health.uptimeSeconds)}</span>
            </Fact>
            <Fact name="Postgres">
              <UpOrDown state={health.postgres} />
            </Fact>
            <Fact name="Redis">
              <UpOrDown state={health.redis} />
            </Fact>
            <Fact name="Lease">
              <span className="number">{health.leaseMs} ms</span>
            </Fact>
            {health.cache.epoch !== undefined && (
              <Fact name="Epoch">
                <span className="number">{health.cache.epoch}</span>
              </Fact>
            )}
          </Facts>
          <p className="muted small">
            A write waits at most a lease for a node that died, or a Redis that is lost.
          </p>
        </Card>
        <ReadsTable metrics={metrics} redis={health.redis} />
      </div>
      <RecentEvents events={health.events} />
    </>
  );
}

function UpOrDown({ state }: { readonly state: ServiceHealth["redis"] }): ReactNode {
  switch (state) {
    case "up":
      return <Badge tone="good">Up</Badge>;
    case "down":
      return <Badge tone="bad">Down</Badge>;
    case "not_used":
      return (
        <>
          <Badge>Not used</Badge> <span className="muted small">One process needs none.</span>
        </>
      );
  }
}
