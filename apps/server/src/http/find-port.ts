import { createServer } from "node:http";
import type { ServiceConfig } from "../config.ts";

const portsToTry = 20;
const usualPort = 3000;

/**
 * The port that the service will most likely listen at, for links in mails, which are made before it
 * listens. Another program may take it meanwhile: whoever listens asks again.
 */
export async function findPort({
  host,
  port,
}: Pick<ServiceConfig, "host" | "port">): Promise<number> {
  // Of port 0 nobody knows before it listens.
  if (port.kind === "exact") return port.port || usualPort;
  for (let candidate = port.port; candidate < port.port + portsToTry; candidate += 1) {
    if (await isFree(host, candidate)) return candidate;
  }
  return port.port;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}
