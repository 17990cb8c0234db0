import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to Postgres on which the answer to a commit can be made to go missing. */
export interface CommitThief {
  readonly url: string;
  /** From the next commit on, what Postgres says on that connection is not passed on. */
  steal(): void;
  /** Breaks every connection that is open. */
  breakConnections(): void;
  close(): Promise<void>;
}

export async function startCommitThief(postgresUrl: string): Promise<CommitThief> {
  const target = new URL(postgresUrl);
  const sockets = new Set<Socket>();
  let stealing = false;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let isMute = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // A broken connection is what this is for; the other side is told by the close.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (stealing && /\bcommit\0/i.test(chunk.toString("latin1"))) isMute = true;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!isMute) client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const url = new URL(postgresUrl);
  url.port = `${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    steal: () => {
      stealing = true;
    },
    breakConnections: () => {
      stealing = false;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
