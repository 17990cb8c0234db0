import { text } from "node:stream/consumers";
import type { ElsewhereArguments } from "./arguments.ts";
import type { ServiceElsewhere } from "./scenarios/scenario.ts";

const callTimeoutMs = 15_000;

/** The service did not let the account in; the message says what to do, and no secret. */
export class LoginRefusedError extends Error {
  override readonly name = "LoginRefusedError";
}

/** @param password on the standard input, with or without the end of its line. */
export async function reachService(
  { url, email }: ElsewhereArguments,
  password: NodeJS.ReadableStream,
): Promise<ServiceElsewhere> {
  if (email === undefined) return { logIn: undefined };
  const secret = (await text(password)).replace(/\r?\n$/, "");
  return { logIn: () => logIn(url, email, secret) };
}

/** @throws LoginRefusedError */
async function logIn(url: string, email: string, password: string): Promise<string> {
  const response = await fetch(`${url}/trpc/auth.login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
    redirect: "error",
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new LoginRefusedError(
      `The service did not let ${email} in (status ${response.status}): check the account and the password.`,
    );
  }
  const answer = (await response.json()) as { result?: { data?: { accessToken?: unknown } } };
  const token = answer.result?.data?.accessToken;
  if (typeof token === "string") return token;
  throw new LoginRefusedError(
    "What answered the login gave no access token: is it a Portcullis service?",
  );
}
