/**
 * How long an access token is good by its own word, in ms from its issue; undefined of what is no
 * such token. The two clocks that might differ, the server's and ours, are not compared.
 */
export function tokenLifeMs(token: string): number | undefined {
  const [, payload] = token.split(".");
  if (payload === undefined) return undefined;
  try {
    const base64 = payload.replaceAll("-", "+").replaceAll("_", "/");
    const claims: unknown = JSON.parse(atob(base64));
    return lifeOf(claims);
  } catch {
    return undefined;
  }
}

function lifeOf(claims: unknown): number | undefined {
  if (typeof claims !== "object" || claims === null) return undefined;
  const { iat, exp } = claims as { readonly iat?: unknown; readonly exp?: unknown };
  if (typeof iat !== "number" || typeof exp !== "number") return undefined;
  return (exp - iat) * 1_000;
}
