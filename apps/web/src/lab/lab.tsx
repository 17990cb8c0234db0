import type { LabDescription } from "@portcullis/app-server/contract";
import { useMemo, useState, type ReactNode } from "react";
import { throwawayAccount, type Credentials } from "./account.ts";
import { announcementOf } from "./announcement.ts";
import { AccountForm } from "./account-form.tsx";
import { ChecksCard } from "./checks-card.tsx";
import { ExplanationCard } from "./explanation-card.tsx";
import { FactsCard } from "./facts-card.tsx";
import { FaultsCard } from "./faults-card.tsx";
import { orderNodes } from "./lab-nodes.ts";
import { emptyLanes } from "./call-log.ts";
import { planLanes } from "./planned-lanes.ts";
import { RunCard } from "./run-card.tsx";
import { TimelineCard } from "./timeline-card.tsx";
import { useLabRun } from "./use-lab-run.ts";
import { WriteCard } from "./write-card.tsx";

export function Lab({ description }: { readonly description: LabDescription }): ReactNode {
  const { nodes: known, self, throwawayAccounts, cacheSeconds, control, leaseMs } = description;
  const nodes = useMemo(() => orderNodes(known, self, location.origin), [known, self]);
  const planned = useMemo(() => emptyLanes(planLanes(nodes)), [nodes]);
  const [own, setOwn] = useState<Credentials>();
  const { run, snapshot, start } = useLabRun();
  const lanes = snapshot?.lanes ?? planned;

  const begin = (credentials: () => Promise<Credentials>): void =>
    start({ nodes, credentials, cacheSeconds });
  const isAccountMissing = !throwawayAccounts && own === undefined;

  return (
    <>
      <p className="visually-hidden" role="status">
        {announcementOf(snapshot)}
      </p>
      {isAccountMissing ? (
        <AccountForm onAccount={setOwn} />
      ) : (
        <RunCard
          snapshot={snapshot}
          leaseMs={leaseMs}
          nodeCount={nodes.length}
          onStart={() => begin(own === undefined ? throwawayAccount : async () => own)}
          onLogOut={() => run?.logOutEverywhere()}
          onStop={() => run?.stop()}
          {...(own !== undefined && { onOtherAccount: () => setOwn(undefined) })}
        />
      )}
      {control !== null && <FaultsCard control={control} onFault={(label) => run?.mark(label)} />}
      <TimelineCard snapshot={snapshot} lanes={lanes} />
      <ChecksCard snapshot={snapshot} lanes={lanes} cacheSeconds={cacheSeconds} />
      <WriteCard snapshot={snapshot} />
      <FactsCard snapshot={snapshot} lanes={lanes} />
      <ExplanationCard description={description} />
    </>
  );
}
