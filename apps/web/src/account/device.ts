import Bowser from "bowser";

/** What a session or an event was made with, as far as its User-Agent header tells. */
export interface Device {
  /** "Firefox on Windows" for instance. */
  readonly name: string;
  readonly kind: "computer" | "phone" | "tablet" | "program" | "unknown";
}

const kinds: Readonly<Record<string, Device["kind"]>> = {
  desktop: "computer",
  mobile: "phone",
  tablet: "tablet",
};
/** Programs say their name and their version first, `curl/8.5.0` for instance. */
const program = /^(?!Mozilla\b)([\w .-]{1,40}?)(?:\/\S*)?(?:\s|$)/u;

/** A header is what its sender likes it to be: a name for people, and nothing to decide by. */
export function describeDevice(userAgent: string | null): Device {
  if (userAgent === null || userAgent.trim() === "") {
    return { name: "Unknown device", kind: "unknown" };
  }
  const { browser, os, platform } = Bowser.parse(userAgent);
  const kind = kinds[platform.type ?? ""] ?? "unknown";
  if (browser.name && os.name && kind !== "unknown") {
    return { name: `${browser.name} on ${os.name}`, kind };
  }
  const [, name] = program.exec(userAgent) ?? [];
  if (name !== undefined) return { name, kind: "program" };
  return { name: os.name ?? "Unknown device", kind };
}
