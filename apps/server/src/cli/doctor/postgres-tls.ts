import type { Connection } from "./judge-connection.ts";

/**
 * What the driver makes of `sslmode` when the server speaks TLS: it looks whose certificate it is,
 * unless it is told not to, or to do as libpq does.
 *
 * @param isEncrypted whether the server says that this connection is.
 * @param defaultMode of the environment, `PGSSLMODE`.
 */
export function postgresTls(
  url: URL,
  isEncrypted: boolean,
  defaultMode: string | undefined,
): Connection["tls"] {
  if (!isEncrypted) return "none";
  const mode = url.searchParams.get("sslmode") ?? defaultMode;
  const isAsLibpq = url.searchParams.get("uselibpqcompat") === "true";
  return mode === "no-verify" || (isAsLibpq && mode !== "verify-full") ? "unverified" : "verified";
}
