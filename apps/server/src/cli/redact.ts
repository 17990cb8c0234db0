import type { Environment } from "../config.ts";

/** Shorter ones would be found in ordinary words. */
const lengthLeast = 4;

/**
 * Makes the last resort against a secret in a text that was not ours, a driver's for instance: what
 * the environment names as a secret is taken out of it.
 */
export function createRedactor(environment: Environment): (text: string) => string {
  const secrets = [
    ...(environment["AUTH_SECRET"] ?? "").split(",").map((secret) => secret.trim()),
    ...["DATABASE_URL", "REDIS_URL", "SMTP_URL"].flatMap((name) => passwordsOf(environment[name])),
    environment["PGPASSWORD"] ?? "",
  ]
    .filter((secret) => secret.length >= lengthLeast)
    .toSorted((a, b) => b.length - a.length);
  return (text) =>
    secrets.reduce((redacted, secret) => redacted.replaceAll(secret, "[redacted]"), text);
}

/** The password of a URL, as it stands there and as it is meant. */
function passwordsOf(url = ""): string[] {
  if (!URL.canParse(url)) return [url];
  const { password } = new URL(url);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
