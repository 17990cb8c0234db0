import { once } from "node:events";
import { createServer, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { startFaultProxy, type FaultProxy } from "@portcullis/test-servers";
import { runCommand, variablesFor } from "../../apps/server/src/cli/test-command.ts";
import {
  clientOf,
  newCredentials,
  startTestServers,
  type TestService,
} from "../../apps/server/src/test-service.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The service over its own Postgres and Redis, behind a network that can fail. */
export interface FaultyService extends AsyncDisposable {
  /** Where clients reach it: through the network. */
  readonly origin: string;
  readonly network: FaultProxy;
  /** Moves the service's clock; devices have their own. */
  advance(byMs: number): void;
  /** The statuses that the service answers a procedure with from now on, in order. */
  record(): (procedure: string) => number[];
  /** Makes a user. */
  register(): Promise<Credentials>;
  ban(email: string): Promise<void>;
  /** Stops the service. The returned function brings it back, as another process would. */
  restart(): Promise<() => void>;
}

export async function startFaultyService(): Promise<FaultyService> {
  await using started = new AsyncDisposableStack();
  const servers = started.use(await startTestServers());
  const variables = variablesFor(servers);
  let aheadMs = 0;
  const nodes: TestService[] = [];

  async function startNode(owner: AsyncDisposableStack): Promise<TestService> {
    const node = await servers.startNode({
      now: () => Date.now() + aheadMs,
      config: {
        storage: {
          kind: "servers",
          databaseUrl: servers.database.url,
          redisUrl: servers.redis.url,
          secrets: [variables["AUTH_SECRET"] ?? ""],
        },
      },
    });
    owner.defer(node.stop);
    nodes.push(node);
    return node;
  }

  let node = await startNode(started);
  const network = started.use(await startFaultProxy({ target: node }));
  const requests = () =>
    nodes
      .flatMap((each) => each.logged())
      .filter((line) => line["msg"] === "request")
      .map(({ path, status }) => ({ path, status: Number(status) }));
  const owned = started.move();

  return {
    origin: `http://localhost:${network.port}`,
    network,
    advance(byMs) {
      aheadMs += byMs;
    },
    record() {
      const { length } = requests();
      return (procedure) =>
        requests()
          .slice(length)
          .filter(({ path }) => path === `/trpc/${procedure}`)
          .map(({ status }) => status);
    },
    async register() {
      const credentials = newCredentials();
      await clientOf(node).api.auth.register.mutate({ ...credentials, name: "Ada" });
      return credentials;
    },
    async ban(email) {
      const words = ["user", "ban", email, "--reason", "Spam", "--yes"];
      const { exitCode, stderr } = await runCommand(variables, words);
      if (exitCode !== 0) throw new Error(`The ban failed: ${stderr}`);
    },
    async restart() {
      const next = await startNode(owned);
      await node.stop();
      node = next;
      return () => network.retarget(next);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A program of somebody else's before the service. */
export interface Gateway extends AsyncDisposable {
  readonly origin: string;
  /** Answers a procedure with 401 and this body, until {@link Gateway.open}. */
  refuse(procedure: string, type: string, body: string): void;
  open(): void;
  /** How many requests for a procedure it has refused. */
  refusals(procedure: string): number;
}

export async function startGateway(serviceOrigin: string): Promise<Gateway> {
  const refused = new Map<string, { readonly type: string; readonly body: string }>();
  const refusals: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? "", serviceOrigin);
    const refusal = refused.get(pathname);
    if (refusal !== undefined) {
      refusals.push(pathname);
      const headers = { "content-type": refusal.type, "www-authenticate": "Basic realm=other" };
      outgoing.writeHead(401, headers).end(refusal.body);
      return;
    }
    const { method, headers, url = "" } = incoming;
    const passedOn = sendRequest(new URL(url, serviceOrigin), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passedOn.on("error", (error) => outgoing.destroy(error));
    incoming.pipe(passedOn);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    refuse: (procedure, type, body) => void refused.set(`/trpc/${procedure}`, { type, body }),
    open: () => refused.clear(),
    refusals: (procedure) => refusals.filter((path) => path === `/trpc/${procedure}`).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
