import { isIP } from "node:net";
import { codePoints } from "../text-rules.ts";

/**
 * What mails say about strangers. A mail is read as ours, so none of it may be a text of theirs:
 * mail programs turn even `evil.example` into a link.
 */

const greetedNameMax = 60;

/** Letters, blanks, hyphens, apostrophes, and dots that end a word, as in "J. R. Smith Jr.". */
const plainName = /^(?:[\p{L}\p{M}'’ -]|\.(?= |$))+$/u;

/** Greets by name where the name is no more than one. */
export function greeting(name: string | null): string {
  const isGreeted = name !== null && plainName.test(name) && codePoints(name) <= greetedNameMax;
  return isGreeted ? `Hello ${name},` : "Hello,";
}

/** The order matters: most browsers also call themselves by the names of others. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//, "Safari"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\bWindows\b/, "Windows"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** A User-Agent header in words of ours: "Firefox on Windows". */
export function deviceName(userAgent: string | null): string {
  const browser = nameIn(browsers, userAgent ?? "");
  const system = nameIn(systems, userAgent ?? "");
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  return browser ?? system ?? "unknown";
}

function nameIn(
  names: readonly (readonly [RegExp, string])[],
  userAgent: string,
): string | undefined {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1];
}

export function networkAddress(address: string | null): string {
  return address !== null && isIP(address) !== 0 ? address : "unknown";
}

/** Enough to recognise an address of one's own by: `a***@e***.com`. */
export function maskedEmail(email: string): string {
  const [local = "", domain = ""] = email.split("@", 2);
  const topLevel = domain.slice(domain.lastIndexOf("."));
  return `${local.slice(0, 1)}***@${domain.slice(0, 1)}***${topLevel}`;
}

const dateFormat = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/** `23 November 2026 at 14:58 UTC` */
export function dateAndTime(atMs: number): string {
  return `${dateFormat.format(atMs)} UTC`;
}

/** `45 minutes`, `1 hour`, `24 hours` */
export function duration(minutes: number): string {
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
