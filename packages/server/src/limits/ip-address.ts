import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";

export type IpAddress = IPv4 | IPv6;

/**
 * Reads an address that has one reading only: no octal or shortened IPv4, no zone, no port. IPv4
 * within IPv6 (`::ffff:1.2.3.4`) is the IPv4 address, so that both ways to a host are one.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  return ipaddr.process(text);
}

/** The one spelling of an address: for IPv6 that of RFC 5952. */
export function canonicalText(address: IpAddress): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/**
 * What limits count an address as. IPv6 counts as its /64: whoever has one address of it has all.
 * Callers without an address are one.
 */
export function limitAddress(address: string | null): string {
  const parsed = address === null ? undefined : parseIpAddress(address);
  if (parsed === undefined) return "unknown";
  if (!(parsed instanceof ipaddr.IPv6)) return canonicalText(parsed);
  const network = new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0]);
  return `${canonicalText(network)}/64`;
}
