import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Ports of 127.0.0.1 that were free a moment ago, all different. Another process may take one before
 * it is bound: then its server says so.
 */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, holdPort));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(letGo));
  return ports;
}

async function holdPort(): Promise<Server> {
  const server = createServer();
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

async function letGo(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
