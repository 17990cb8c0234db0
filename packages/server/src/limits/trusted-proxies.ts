import ipaddr from "ipaddr.js";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { parseIpAddress } from "./ip-address.ts";
import type { IpAddress } from "./ip-address.ts";

type Ip = IpAddress["ip"];

/** Networks whose hosts are believed when they say for whom they call. */
export type TrustedProxies = readonly (readonly [network: Ip, prefixLength: number])[];

const entriesMax = 100;

/**
 * Reads a list of addresses and CIDR networks. A mistake here lets strangers choose their address,
 * so every entry has to say exactly what it means.
 *
 * @throws InvalidAuthOptionsError
 */
export function parseTrustedProxies(entries: readonly string[]): TrustedProxies {
  if (entries.length > entriesMax) {
    throw new InvalidAuthOptionsError(`trustedProxies must have at most ${entriesMax} entries`);
  }
  return entries.map(parseNetwork);
}

export function isTrusted({ ip }: IpAddress, proxies: TrustedProxies): boolean {
  return proxies.some(
    ([network, prefixLength]) => network.kind() === ip.kind() && ip.match(network, prefixLength),
  );
}

function parseNetwork(entry: string): [Ip, number] {
  const [text = "", prefixText, ...rest] = entry.split("/");
  const address = parseIpAddress(text)?.ip;
  if (address === undefined || rest.length > 0) throw refuse(entry, "is not an address or network");
  const isIpv6 = address instanceof ipaddr.IPv6;
  if (text.includes(":") !== isIpv6) throw refuse(entry, "is IPv4: write it as such");

  const longest = isIpv6 ? 128 : 32;
  if (prefixText === undefined) return [address, longest];
  const prefixLength = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (!(prefixLength >= 1 && prefixLength <= longest)) {
    throw refuse(entry, `must have a prefix length from 1 to ${longest}`);
  }
  const network = (isIpv6 ? ipaddr.IPv6 : ipaddr.IPv4).networkAddressFromCIDR(entry);
  if (network.toString() !== address.toString()) {
    throw refuse(entry, `is not the beginning of a network; ${network.toString()} is`);
  }
  return [network, prefixLength];
}

function refuse(entry: string, why: string): InvalidAuthOptionsError {
  return new InvalidAuthOptionsError(`trustedProxies: ${entry} ${why}`);
}
