import type { RequestHeaders } from "../context/request-head.ts";
import { parseIpAddress } from "./ip-address.ts";
import type { IpAddress } from "./ip-address.ts";
import { isTrusted } from "./trusted-proxies.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** Proxies on the way that are looked at; each wrote one entry. */
const hopsMax = 32;
const headerLengthMax = 2048;

/**
 * The address that a request came from, in canonical form, or `null` if there is none.
 *
 * Anybody can send X-Forwarded-For, so it is believed only as far as trusted proxies wrote it: from
 * its right end on, until the first address that is no trusted proxy. No other header is read.
 *
 * @param peer The other end of the connection, as the socket has it.
 */
export function clientAddress(
  peer: string | null,
  headers: RequestHeaders,
  trustedProxies: TrustedProxies,
): string | null {
  const nearest = peer === null ? undefined : parseIpAddress(withoutZone(peer));
  if (nearest === undefined) return null;

  const forwarded = headers.get("x-forwarded-for");
  if (forwarded === null) return nearest.text;
  let client = nearest;
  for (const entry of entriesFromTheRight(forwarded)) {
    if (!isTrusted(client, trustedProxies)) break;
    const caller = parseEntry(entry);
    if (caller === undefined) break;
    client = caller;
  }
  return client.text;
}

/** A socket names the interface of a link-local address (`fe80::1%eth0`). */
function withoutZone(address: string): string {
  const [host = ""] = address.split("%");
  return host;
}

/** The left end is what a client may have written, so it is what a header of any length loses. */
function entriesFromTheRight(header: string): string[] {
  const entries = header.slice(-headerLengthMax).split(",");
  if (header.length > headerLengthMax) entries.shift();
  return entries.slice(-hopsMax).toReversed();
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function parseEntry(entry: string): IpAddress | undefined {
  const text = entry.trim();
  const withPort = /^(?:([0-9.]+)|\[([^\]]*)\])(?::\d{1,5})?$/.exec(text);
  return parseIpAddress(withPort?.[1] ?? withPort?.[2] ?? text);
}
