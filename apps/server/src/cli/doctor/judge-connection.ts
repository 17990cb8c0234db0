import { fault, warning, type Finding } from "./finding.ts";

/** What a URL says of who may listen, and who may come in. */
export interface Connection {
  readonly subject: "postgres" | "redis";
  readonly server: "Postgres" | "Redis";
  readonly variable: "DATABASE_URL" | "REDIS_URL";
  readonly url: URL;
  readonly tls: "verified" | "unverified" | "none";
  /** How to ask for verified TLS. */
  readonly tlsRemedy: string;
}

/** Passwords that everybody tries first. */
const defaultPasswords = new Set([
  "admin",
  "changeme",
  "default",
  "password",
  "portcullis",
  "postgres",
  "redis",
  "root",
  "secret",
  "test",
]);

/** Findings on the way to a server: who could listen, and what one has to know to get in. */
export function judgeConnection(connection: Connection): Finding[] {
  return [...judgeEncryption(connection), ...judgePassword(connection)];
}

function judgeEncryption({ subject, server, url, tls, tlsRemedy }: Connection): Finding[] {
  if (isOnThisMachine(url) || tls === "verified") return [];
  const message =
    tls === "none"
      ? `The connection to ${server} at ${url.hostname} is not encrypted.`
      : `The connection to ${server} at ${url.hostname} is encrypted, but nobody looks whose certificate it is.`;
  return [warning(subject, message, `${tlsRemedy}, unless nobody else can listen on the way.`)];
}

function judgePassword({ subject, server, variable, url }: Connection): Finding[] {
  const isHere = isOnThisMachine(url);
  const password = decode(url.password);
  const user = decode(url.username);
  const remedy = `Give ${server} a random one, \`openssl rand -hex 24\` for instance, and put it into ${variable}.`;
  if (password !== "" && (password === user || defaultPasswords.has(password.toLowerCase()))) {
    const message = `The password of ${variable} is one that everybody tries first.`;
    return [(isHere ? warning : fault)(subject, message, remedy)];
  }
  // Postgres has other ways to know its clients, and refuses by itself those that it does not know.
  if (password === "" && server === "Redis" && !isHere) {
    return [
      fault(subject, `Redis at ${url.hostname} lets everybody in without a password.`, remedy),
    ];
  }
  return [];
}

/** Loopback, or a Unix socket. */
function isOnThisMachine(url: URL): boolean {
  const host = url.searchParams.get("host") ?? url.hostname;
  return host === "" || host.startsWith("/") || loopback.test(host);
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
