/** What spin is given beside the model: bounds and faults, as -D switches of protocol.pml. */
export interface Configuration {
  readonly name: string;
  /** What happens in it, in words. */
  readonly story: string;
  readonly switches: readonly string[];
  /** Small enough for the short form. */
  readonly isShort: boolean;
}

function configuration(name: string, story: string, switches: string): Configuration {
  return { name, story, switches: switches.split(" "), isShort: false };
}

function short(name: string, story: string, switches: string): Configuration {
  return { name, story, switches: switches.split(" "), isShort: true };
}

export const configurations: readonly Configuration[] = [
  short(
    "races",
    "two writers that may die, a reader, evicted values, fences resolved",
    "WRITER_A=1 WRITER_B=1 MAX_FENCES=2 READERS=1 NO_RENEWALS EVICTIONS RESOLVERS WRITERS_DIE",
  ),
  short(
    "near",
    "two near caches, one of them the writer's; pauses, evicted values",
    "WRITER_A=0 MAX_FENCES=1 READERS=2 BELIEFS_END EVICTIONS",
  ),
  configuration(
    "silent",
    "a node that does not acknowledge, is paused, evicted, and joins again",
    "WRITER_A=1 MAX_FENCES=2 READERS=1 LIVES=2 ONLY_READERS_RENEW BELIEFS_END ACKS_TIME_OUT",
  ),
  configuration(
    "silent for two",
    "two writing processes evict the same silent node",
    "NODES=3 WRITER_A=1 WRITER_B=2 MAX_FENCES=2 READERS=1 ONLY_READERS_RENEW ACKS_TIME_OUT",
  ),
  configuration(
    "silent and writing",
    "two near caches, one of them the writer's; a node is silent, paused and evicted",
    "WRITER_A=0 MAX_FENCES=2 READERS=2 BELIEFS_END ACKS_TIME_OUT",
  ),
  short(
    "deaf",
    "a subscription breaks; the node leaves and joins again",
    "WRITER_A=1 MAX_FENCES=1 READERS=1 LIVES=2 BELIEFS_END SUBSCRIPTIONS_BREAK",
  ),
  configuration(
    "flush",
    "Redis is flushed and adopted again",
    "WRITER_A=1 MAX_FENCES=2 READERS=1 BELIEFS_END FLUSHES ADOPTER_A=1",
  ),
  configuration(
    "flush and death",
    "the same, with a writer that may die, fences resolved, evicted values",
    "WRITER_A=1 MAX_FENCES=2 READERS=1 BELIEFS_END FLUSHES ADOPTER_A=1 WRITERS_DIE RESOLVERS EVICTIONS",
  ),
  configuration(
    "restart",
    "Redis starts again from a snapshot of any moment, and is adopted",
    "WRITER_A=1 MAX_FENCES=2 READERS=1 BELIEFS_END RESTARTS ADOPTER_A=1",
  ),
  configuration(
    "replica",
    "a reader reaches a replica that has fallen behind, and comes back",
    "SERVERS=2 REROUTED=0 WRITER_A=1 MAX_FENCES=1 READERS=1 BELIEFS_END",
  ),
  configuration(
    "two masters",
    "a stale replica is promoted while the old master lives; processes reach either, and adopt",
    "SERVERS=2 PROMOTION REROUTED=1 WRITER_A=1 MAX_FENCES=2 READERS=1 BELIEFS_END ADOPTER_A=1",
  ),
  configuration(
    "bypass",
    "bypass and adoption, in either order, while a process writes",
    "WRITER_A=1 MAX_FENCES=1 READERS=1 BELIEFS_END BYPASSER_A=1 ADOPTER_A=1 SETTLINGS",
  ),
  configuration(
    "failover",
    "Postgres loses its last commits; a store is adopted before or after",
    "WRITER_A=1 MAX_FENCES=1 READERS=1 BELIEFS_END FAILOVERS ADOPTER_A=1",
  ),
  configuration(
    "lost adoption",
    "two adoptions, of which a failover may lose one: its number is given out again",
    "WRITER_A=1 MAX_FENCES=1 MAX_NONCES=3 READERS=1 FAILOVERS ADOPTER_A=0 ADOPTER_B=1",
  ),
  configuration(
    "lost join",
    "a failover loses the row of a node that has joined, and reads on",
    "WRITER_A=1 MAX_FENCES=1 READERS=1 LIVES=2 FAILOVERS SUBSCRIPTIONS_BREAK MAX_NONCES=1",
  ),
  configuration(
    "lost adoption out of bypass",
    "no store trusted at first; two processes adopt a store each, and a failover may lose the first",
    "START_IN_BYPASS SERVERS=2 TWO_STORES WRITER_A=1 MAX_FENCES=1 MAX_NONCES=3 READERS=1 FAILOVERS ADOPTER_A=0 ADOPTER_B=1",
  ),
  configuration(
    "lost bypass",
    "two bypasses, of which a failover may lose one, and an adoption between",
    "WRITER_A=1 MAX_FENCES=0 READERS=1 FAILOVERS BYPASSER_A=1 BYPASSER_B=1 ADOPTER_A=0",
  ),
  configuration(
    "lost eviction",
    "a failover loses the eviction of a node that goes on",
    "WRITER_A=1 MAX_FENCES=2 READERS=1 PROMPT_WRITERS FAILOVERS ACKS_TIME_OUT ADOPTER_A=1",
  ),
];
