import type { ProxyDirection } from "@portcullis/test-servers";

/** A server, as one node reaches it. */
export type LinkedServer = "redis" | "postgres";

/** What may happen to the network between one node and one server. */
export type LinkTrouble =
  | { readonly kind: "latency"; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: "black_hole"; readonly direction: ProxyDirection | "both" }
  | { readonly kind: "half_close"; readonly direction: ProxyDirection }
  /** Open connections are reset, again and again. */
  | { readonly kind: "cut" }
  /** Cut off: open connections are reset, new ones too. */
  | { readonly kind: "refuse" };

/** Something that goes wrong for a while and is then mended. Nodes are counted from 0. */
export type Fault =
  | {
      readonly kind: "link";
      readonly server: LinkedServer;
      readonly node: number;
      readonly trouble: LinkTrouble;
    }
  | { readonly kind: "freeze_node"; readonly node: number }
  | { readonly kind: "kill_node"; readonly node: number }
  | { readonly kind: "freeze_redis" }
  | { readonly kind: "kill_redis"; readonly comesBackWith: "nothing" | "old_snapshot" }
  | { readonly kind: "flush_redis" }
  | FailoverFault
  | { readonly kind: "postgres_unreachable"; readonly trouble: "black_hole" | "refuse" };

/** The replica is promoted; nodes move over one by one; the old master is demoted last. */
export interface FailoverFault {
  readonly kind: "failover";
  /** Frozen, it wakes up as a second master that knows nothing of the first. */
  readonly oldMaster: "alive" | "frozen";
  /** The replica has missed the last writes. */
  readonly isBehind: boolean;
  readonly failsBack: boolean;
  /** In this order nodes are moved; those that are cut lose their connections to the old master. */
  readonly moves: readonly { readonly node: number; readonly isCut: boolean }[];
}

/** What a fault needs for itself: two faults at once have none of these in common. */
export function resourcesOf(fault: Fault, nodes: number): string[] {
  switch (fault.kind) {
    case "link":
      return [`${fault.server} link ${fault.node}`];
    case "freeze_node":
    case "kill_node":
      return [`node ${fault.node}`];
    case "freeze_redis":
    case "kill_redis":
    case "flush_redis":
    case "failover":
      return ["redis"];
    case "postgres_unreachable":
      return Array.from({ length: nodes }, (_none, node) => `postgres link ${node}`);
  }
}

/** Whom a fault befalls, as the lanes of the timeline are named. */
export function victimOf(fault: Fault): string {
  switch (fault.kind) {
    case "link":
    case "freeze_node":
    case "kill_node":
      return nodeName(fault.node);
    case "freeze_redis":
    case "kill_redis":
    case "flush_redis":
    case "failover":
      return "Redis";
    case "postgres_unreachable":
      return "Postgres";
  }
}

/** What happens, without whom it befalls. */
export function eventOf(fault: Fault): string {
  switch (fault.kind) {
    case "link": {
      const server = fault.server === "redis" ? "Redis" : "Postgres";
      return `link to ${server}: ${troubleInWords(fault.trouble)}`;
    }
    case "freeze_node":
      return "frozen (SIGSTOP), longer than its lease";
    case "kill_node":
      return "killed (SIGKILL), a new process in its place";
    case "freeze_redis":
      return "frozen (SIGSTOP)";
    case "kill_redis":
      return fault.comesBackWith === "nothing"
        ? "killed (SIGKILL), restarted empty"
        : "killed (SIGKILL), restarted from an old snapshot";
    case "flush_redis":
      return "flushed (FLUSHALL)";
    case "failover":
      return failoverInWords(fault);
    case "postgres_unreachable":
      return fault.trouble === "refuse" ? "refuses all nodes" : "silent to all nodes";
  }
}

export function inWords(fault: Fault): string {
  return `${victimOf(fault)}: ${eventOf(fault)}`;
}

export function nodeName(node: number): string {
  return `node ${node + 1}`;
}

function failoverInWords({ oldMaster, isBehind, failsBack }: FailoverFault): string {
  const from = oldMaster === "frozen" ? "of a frozen master" : "beside a living master";
  const to = isBehind ? " to a replica that is behind" : " to its replica";
  return `failover ${from}${to}${failsBack ? ", and back" : ""}`;
}

function troubleInWords(trouble: LinkTrouble): string {
  switch (trouble.kind) {
    case "latency":
      return `${trouble.ms} to ${trouble.ms + trouble.jitterMs} ms late each way`;
    case "black_hole":
      return trouble.direction === "both"
        ? "black hole"
        : `black hole ${trouble.direction === "to-server" ? "to the server" : "to the node"}`;
    case "half_close":
      return `half-closed ${trouble.direction === "to-server" ? "to the server" : "to the node"}`;
    case "cut":
      return "reset again and again";
    case "refuse":
      return "cut off";
  }
}
