/** The servers that can be disturbed, and how they are. */
export interface ServersState {
  readonly redis: "running" | "paused" | "down";
  readonly nodes: readonly {
    readonly name: string;
    readonly state: "running" | "paused";
    /** Without it there would be no page: it cannot be paused. */
    readonly servesPage: boolean;
  }[];
}

export type RedisOrder = "pause" | "resume" | "kill" | "restart" | "flush";
export type NodeOrder = "pause" | "resume";

/** Disturbs the servers of `pnpm lab`. Each call answers how they are then. */
export interface Control {
  readonly state: () => Promise<ServersState>;
  readonly orderRedis: (order: RedisOrder) => Promise<ServersState>;
  readonly orderNode: (name: string, order: NodeOrder) => Promise<ServersState>;
}

const answerTimeoutMs = 20_000;

export function createControl({
  url,
  key,
}: {
  readonly url: string;
  readonly key: string;
}): Control {
  const origin = url.replace(/\/+$/, "");

  async function send(method: "GET" | "POST", path: string): Promise<ServersState> {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { "x-lab-key": key },
      credentials: "omit",
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    if (!response.ok) throw new Error(`The control server answered ${response.status}.`);
    return (await response.json()) as ServersState;
  }

  return {
    state: () => send("GET", "/state"),
    orderRedis: (order) => send("POST", `/redis/${order}`),
    orderNode: (name, order) => send("POST", `/nodes/${encodeURIComponent(name)}/${order}`),
  };
}
