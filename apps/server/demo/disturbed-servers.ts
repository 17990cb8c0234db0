import type { RedisServer } from "@portcullis/test-servers";
import type { ServiceProcess } from "./service-process.ts";

/** A node of the lab. Its process is there once it has started. */
export interface LabNode {
  readonly name: string;
  readonly process: () => Pick<ServiceProcess, "signal"> | undefined;
  /** Without it there would be no page, so it is not paused. */
  readonly servesPage: boolean;
}

/** How the servers are, as the lab's page shows it. */
export interface ServersState {
  readonly redis: "running" | "paused" | "down";
  readonly nodes: readonly {
    readonly name: string;
    readonly state: "running" | "paused";
    readonly servesPage: boolean;
  }[];
}

/** What came of an order. `refused`: it makes no sense as the servers are. */
export type OrderOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused" }
  | { readonly kind: "unknown_order" };

/** The servers of the lab, to be disturbed. Orders are carried out one after the other. */
export interface DisturbedServers {
  readonly state: () => ServersState;
  /** `order`: pause, resume, kill, restart or flush. */
  readonly orderRedis: (order: string) => Promise<OrderOutcome>;
  /** `order`: pause or resume. */
  readonly orderNode: (name: string, order: string) => Promise<OrderOutcome>;
}

type RedisState = ServersState["redis"];

interface RedisOrder {
  readonly from: readonly RedisState[];
  readonly to: RedisState;
  readonly run: (redis: RedisServer, state: RedisState) => Promise<void> | void;
}

const redisOrders: ReadonlyMap<string, RedisOrder> = new Map([
  ["pause", { from: ["running"], to: "paused", run: (redis) => redis.pause() }],
  ["resume", { from: ["paused"], to: "running", run: (redis) => redis.resume() }],
  ["flush", { from: ["running"], to: "running", run: (redis) => redis.flush() }],
  [
    "kill",
    {
      from: ["running", "paused"],
      to: "down",
      async run(redis, state) {
        // It comes back with what it held now, however much is revoked in between: the worst case.
        if (state === "running") await redis.save();
        await redis.kill();
      },
    },
  ],
  ["restart", { from: ["down"], to: "running", run: (redis) => redis.restart({ keepData: true }) }],
] satisfies [string, RedisOrder][]);

export function disturb(redis: RedisServer, nodes: readonly LabNode[]): DisturbedServers {
  let redisState: RedisState = "running";
  const paused = new Set<LabNode>();
  let last: Promise<unknown> = Promise.resolve();

  function inTurn(order: () => Promise<OrderOutcome>): Promise<OrderOutcome> {
    const outcome = last.then(order);
    last = outcome.catch(() => undefined);
    return outcome;
  }

  async function orderRedis(name: string): Promise<OrderOutcome> {
    const order = redisOrders.get(name);
    if (order === undefined) return { kind: "unknown_order" };
    if (!order.from.includes(redisState)) return { kind: "refused" };
    await order.run(redis, redisState);
    redisState = order.to;
    return { kind: "done" };
  }

  async function orderNode(nodeName: string, order: string): Promise<OrderOutcome> {
    const node = nodes.find(({ name }) => name === nodeName);
    if (node === undefined || (order !== "pause" && order !== "resume")) {
      return { kind: "unknown_order" };
    }
    const process = node.process();
    if (node.servesPage || process === undefined || paused.has(node) === (order === "pause")) {
      return { kind: "refused" };
    }
    process.signal(order === "pause" ? "SIGSTOP" : "SIGCONT");
    if (order === "pause") paused.add(node);
    else paused.delete(node);
    return { kind: "done" };
  }

  return {
    state: () => ({
      redis: redisState,
      nodes: nodes.map((node) => ({
        name: node.name,
        state: paused.has(node) ? "paused" : "running",
        servesPage: node.servesPage,
      })),
    }),
    orderRedis: (order) => inTurn(() => orderRedis(order)),
    orderNode: (name, order) => inTurn(() => orderNode(name, order)),
  };
}
