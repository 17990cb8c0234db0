import type { FaultProxy } from "@portcullis/test-servers";
import type { Cluster } from "./cluster.ts";
import type { FailoverFault, Fault, LinkTrouble } from "./fault.ts";

/** Waits for a share of a fault's time; at once when the run is to end. */
export type Pause = (ms: number) => Promise<void>;

const cutEveryMs = 250;

/** Lets a fault happen for so long, and mends it. */
export async function inject(
  cluster: Cluster,
  fault: Fault,
  durationMs: number,
  pause: Pause,
): Promise<void> {
  switch (fault.kind) {
    case "link": {
      const link = cluster.slot(fault.node).links[fault.server];
      return await trouble([link], fault.trouble, durationMs, pause);
    }
    case "postgres_unreachable": {
      const links = cluster.slots.map((slot) => slot.links.postgres);
      const kind = fault.trouble;
      const all = kind === "refuse" ? { kind } : ({ kind, direction: "both" } as const);
      return await trouble(links, all, durationMs, pause);
    }
    case "freeze_node": {
      const { process } = cluster.slot(fault.node);
      process?.signal("SIGSTOP");
      await pause(durationMs);
      process?.signal("SIGCONT");
      return;
    }
    case "kill_node": {
      const { process } = cluster.slot(fault.node);
      process?.signal("SIGKILL");
      await process?.ended;
      await pause(durationMs);
      return await cluster.startNode(fault.node);
    }
    case "freeze_redis":
      cluster.redis.master.pause();
      await pause(durationMs);
      cluster.redis.master.resume();
      return;
    case "kill_redis": {
      const { master } = cluster.redis;
      const comesBackWithOld = fault.comesBackWith === "old_snapshot";
      if (comesBackWithOld) await master.save();
      // Half of the time is for the snapshot to become old.
      if (comesBackWithOld) await pause(durationMs / 2);
      await master.kill();
      await pause(comesBackWithOld ? durationMs / 2 : durationMs);
      return await master.restart({ keepData: comesBackWithOld });
    }
    case "flush_redis":
      await cluster.redis.master.flush();
      return await pause(durationMs);
    case "failover":
      await failover(cluster, fault, durationMs, pause);
      if (fault.failsBack) await failover(cluster, fault, durationMs, pause);
  }
}

async function trouble(
  links: readonly FaultProxy[],
  how: LinkTrouble,
  durationMs: number,
  pause: Pause,
): Promise<void> {
  for (const link of links) begin(link, how);
  if (how.kind === "cut") {
    for (let passedMs = 0; passedMs < durationMs; passedMs += cutEveryMs) {
      await pause(cutEveryMs);
      for (const link of links) link.cut();
    }
  } else {
    await pause(durationMs);
  }
  for (const link of links) link.heal();
}

function begin(link: FaultProxy, how: LinkTrouble): void {
  switch (how.kind) {
    case "latency":
      return link.latency(how);
    case "black_hole":
      return how.direction === "both" ? link.blackHole() : link.blackHole(how.direction);
    case "half_close":
      return link.halfClose(how.direction);
    case "cut":
      return link.cut();
    case "refuse":
      link.refuse();
      return link.cut();
  }
}

async function failover(
  cluster: Cluster,
  { oldMaster, isBehind, moves }: FailoverFault,
  durationMs: number,
  pause: Pause,
): Promise<void> {
  const { redis, slots } = cluster;
  const partMs = durationMs / (moves.length + 2);
  const old = redis.master;
  if (isBehind) redis.holdReplication();
  if (oldMaster === "frozen") old.pause();
  await pause(partMs);
  await redis.promoteReplica();
  for (const { node, isCut } of moves) {
    const link = cluster.slot(node).links.redis;
    link.retarget(redis.replica);
    if (isCut) link.cut();
    await pause(partMs);
  }
  if (oldMaster === "frozen") old.resume();
  await pause(partMs);
  await redis.demoteMaster();
  // As a sentinel ends the clients of a master that it has demoted.
  for (const { links } of slots) links.redis.cut();
}
