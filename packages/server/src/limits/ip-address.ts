import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";
import QuickLru from "quick-lru";

export interface IpAddress {
  readonly ip: IPv4 | IPv6;
  /** Its one spelling: for IPv6 that of RFC 5952. */
  readonly text: string;
  /** What limits count it as. IPv6 counts as its /64: whoever has one address of it has all. */
  readonly limitText: string;
}

/** The same clients call again and again, and each call reads their address twice. */
const lately = new QuickLru<string, IpAddress>({ maxSize: 1000 });

/**
 * Reads an address that has one reading only: no octal or shortened IPv4, no zone, no port. IPv4
 * within IPv6 (`::ffff:1.2.3.4`) is the IPv4 address, so that both ways to a host are one.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const known = lately.get(text);
  if (known !== undefined) return known;
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const address = describe(ipaddr.process(text));
  lately.set(text, address);
  return address;
}

/** What limits count an address as. Callers without one are one. */
export function limitAddress(address: string | null): string {
  return (address === null ? undefined : parseIpAddress(address)?.limitText) ?? "unknown";
}

function describe(ip: IPv4 | IPv6): IpAddress {
  const text = canonicalText(ip);
  if (!(ip instanceof ipaddr.IPv6)) return { ip, text, limitText: text };
  const network = new ipaddr.IPv6([...ip.parts.slice(0, 4), 0, 0, 0, 0]);
  return { ip, text, limitText: `${canonicalText(network)}/64` };
}

function canonicalText(ip: IPv4 | IPv6): string {
  return ip instanceof ipaddr.IPv6 ? ip.toRFC5952String() : ip.toString();
}
