import { TestServerError } from "./test-server-error.ts";

/**
 * The server behind a proxy: anything with a URL, such as a `RedisServer` or a `TestDatabase`, or
 * else a port of 127.0.0.1.
 */
export type ProxyTarget = { readonly url: string } | { readonly port: number };

/** Where to connect to. */
export interface Address {
  host: string;
  port: number;
}

const loopback = "127.0.0.1";
const portMax = 65_535;
const usualPorts: Readonly<Record<string, number>> = {
  "postgres:": 5432,
  "postgresql:": 5432,
  "redis:": 6379,
};

/** Throws `INVALID_TARGET` when no server can be meant. */
export function addressOf(target: ProxyTarget): Address {
  const address = "url" in target ? addressInUrl(target.url) : { host: loopback, ...target };
  if (!Number.isInteger(address.port) || address.port < 1 || address.port > portMax) {
    throw invalidTarget(`${address.port} is not a port from 1 to ${portMax}`);
  }
  return { host: address.host, port: address.port };
}

/** The URL with which a client of `target` meets the proxy instead: user, database and all. */
export function urlThroughProxy(target: ProxyTarget, proxyPort: number): string {
  if (!("url" in target)) {
    return `tcp://${loopback}:${proxyPort}`;
  }
  const url = new URL(target.url);
  url.hostname = loopback;
  url.port = String(proxyPort);
  return url.href;
}

function addressInUrl(text: string): Address {
  if (!URL.canParse(text)) {
    // The text is not repeated: it may hold a password.
    throw invalidTarget("the URL cannot be read");
  }
  const { protocol, hostname, port } = new URL(text);
  const usualPort = usualPorts[protocol];
  if (port === "" && usualPort === undefined) {
    throw invalidTarget(`a URL with ${protocol} must name its port`);
  }
  // The brackets around an IPv6 address belong to the URL alone.
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || usualPort) };
}

function invalidTarget(problem: string): TestServerError {
  return new TestServerError("INVALID_TARGET", `No proxy can stand before this target: ${problem}`);
}
