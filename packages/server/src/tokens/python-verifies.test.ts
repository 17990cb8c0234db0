import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { JSONWebKeySet } from "jose";
import { describe, expect, test } from "vitest";
import { claimsOf, startWorld } from "../../test/start-auth.ts";
import type { TokenAlgorithm } from "../options.ts";

/** Other people's code in another language reads our tokens and keys: PyJWT over OpenSSL. */

const run = promisify(execFile);
const python = "/usr/bin/python3";
const script = new URL("verify-token.py", import.meta.url).pathname;
const deadline = { timeout: 30_000, killSignal: "SIGKILL" } as const;

const issuer = "https://auth.test";
const audience = "https://api.test";

interface Job {
  readonly token: string;
  readonly jwks: JSONWebKeySet;
  readonly algorithm: TokenAlgorithm;
  readonly issuer: string;
  readonly audience: string;
}

async function askPython(job: Job): Promise<unknown> {
  const running = run(python, [script], deadline);
  running.child.stdin?.end(JSON.stringify(job));
  const { stdout } = await running;
  return JSON.parse(stdout);
}

/** Why these tests can not run here. */
async function findObstacle(): Promise<string | undefined> {
  const needed = "from jwt.algorithms import has_crypto; assert has_crypto";
  return await run(python, ["-c", needed], deadline).then(
    () => undefined,
    () =>
      `${python} has no PyJWT with cryptography: apt-get install python3-jwt python3-cryptography`,
  );
}

const obstacle = await findObstacle();

describe.each<TokenAlgorithm>(["EdDSA", "ES256"])("V11.2.1 %s", (algorithm) => {
  test("PyJWT takes our token by our JWKS, and refuses what was changed", async (context) => {
    context.skip(obstacle !== undefined, obstacle);
    await using world = await startWorld({ auth: { tokens: { issuer, audience, algorithm } } });
    const [node] = world.nodes;
    const { accessToken: token } = await node.signUp("python@example.test");
    const job: Job = { token, jwks: node.auth.jwks(), algorithm, issuer, audience };
    expect(await askPython(job)).toEqual({ kind: "valid", claims: claimsOf(token) });

    const [header = "", payload = "", signature = ""] = token.split(".");
    const otherClaims = JSON.stringify({ ...claimsOf(token), ver: 2 });
    const bytes = Buffer.from(signature, "base64url");
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    const refusals: [Job, string][] = [
      [
        { ...job, token: `${header}.${payload}.${bytes.toString("base64url")}` },
        "InvalidSignatureError",
      ],
      [
        {
          ...job,
          token: `${header}.${Buffer.from(otherClaims).toString("base64url")}.${signature}`,
        },
        "InvalidSignatureError",
      ],
      [{ ...job, issuer: "https://other.test" }, "InvalidIssuerError"],
      [{ ...job, audience: "https://other.test" }, "InvalidAudienceError"],
    ];
    for (const [each, error] of refusals) {
      expect(await askPython(each)).toEqual({ kind: "invalid", error });
    }
  });
});
