import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Notice } from "../ui/notice.tsx";
import { createControl, type Control, type ServersState } from "./control.ts";

const askEveryMs = 5_000;
const queryKey = ["lab", "servers"];

/** Something to do to a server, and what the timeline says of it. */
interface Fault {
  readonly action: string;
  readonly label: string;
  readonly order: (control: Control) => Promise<ServersState>;
}

/** Disturbs the servers behind the lab: the promise must hold all the same. */
export function FaultsCard({
  control: place,
  onFault,
}: {
  readonly control: { readonly url: string; readonly key: string };
  readonly onFault: (label: string) => void;
}): ReactNode {
  const control = useMemo(() => createControl(place), [place]);
  const queryClient = useQueryClient();
  const { data, error } = useQuery({
    queryKey,
    queryFn: control.state,
    refetchInterval: askEveryMs,
  });
  const change = useMutation({
    mutationFn: (fault: Fault) => fault.order(control),
    onSuccess(state, { label }) {
      queryClient.setQueryData(queryKey, state);
      onFault(label);
    },
  });
  const isAway = error !== null || change.error !== null;
  return (
    <Card
      title="Make it fail"
      lead="Do it before the log-out or after: the log-out may take a lease then, and what it promises holds all the same."
    >
      <div className="faults">
        <ServerRow
          name="Redis"
          state={data?.redis}
          faults={data === undefined ? [] : redisFaults(data.redis)}
          pending={change.isPending ? change.variables : undefined}
          onFault={change.mutate}
        />
        {data?.nodes.map((node) => (
          <ServerRow
            key={node.name}
            name={`Node ${node.name}`}
            state={node.state}
            {...(node.servesPage && { note: "serves this page, so it stays" })}
            faults={node.servesPage ? [] : nodeFaults(node)}
            pending={change.isPending ? change.variables : undefined}
            onFault={change.mutate}
          />
        ))}
      </div>
      {isAway && (
        <Notice tone="bad">
          The program that controls the servers does not answer. Is pnpm lab still running?
        </Notice>
      )}
    </Card>
  );
}

function ServerRow({
  name,
  state,
  note,
  faults,
  pending,
  onFault,
}: {
  readonly name: string;
  readonly state: "running" | "paused" | "down" | undefined;
  readonly note?: string;
  readonly faults: readonly Fault[];
  readonly pending: Fault | undefined;
  readonly onFault: (fault: Fault) => void;
}): ReactNode {
  return (
    <div className="fault" role="group" aria-label={name}>
      <strong>{name}</strong>
      <Badge tone={state === "running" ? "good" : "warn"}>{state ?? "…"}</Badge>
      {note !== undefined && <span className="small muted">{note}</span>}
      <div className="fault__actions">
        {faults.map((fault) => (
          <Button
            key={fault.action}
            size="small"
            isBusy={pending !== undefined}
            aria-label={`${fault.action}: ${name}`}
            onClick={() => onFault(fault)}
          >
            {fault.action}
          </Button>
        ))}
      </div>
    </div>
  );
}

function redisFaults(state: ServersState["redis"]): Fault[] {
  const fault = (
    action: string,
    label: string,
    order: Parameters<Control["orderRedis"]>[0],
  ): Fault => ({ action, label, order: (control) => control.orderRedis(order) });
  switch (state) {
    case "running":
      return [
        fault("Pause", "Redis paused", "pause"),
        fault("Kill", "Redis killed", "kill"),
        fault("Flush", "Redis flushed", "flush"),
      ];
    case "paused":
      return [fault("Go on", "Redis goes on", "resume"), fault("Kill", "Redis killed", "kill")];
    case "down":
      return [fault("Start with its old data", "Redis back, with old data", "restart")];
  }
}

function nodeFaults({ name, state }: ServersState["nodes"][number]): Fault[] {
  return [
    state === "running"
      ? {
          action: "Pause",
          label: `node ${name} paused`,
          order: (control) => control.orderNode(name, "pause"),
        }
      : {
          action: "Go on",
          label: `node ${name} goes on`,
          order: (control) => control.orderNode(name, "resume"),
        },
  ];
}
