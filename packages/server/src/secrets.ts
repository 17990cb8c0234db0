import { InvalidAuthOptionsError } from "./start-errors.ts";

/** The secrets, checked: the first encrypts and derives, all of them open. */
export type Secrets = readonly [string, ...string[]];

const secretsMax = 10;

/** @throws InvalidAuthOptionsError which never quotes a secret. */
export function resolveSecrets(option: string | readonly string[]): Secrets {
  const [first, ...older] = typeof option === "string" ? [option] : option;
  if (first === undefined || older.length >= secretsMax) {
    throw new InvalidAuthOptionsError(`secret must be one, or a list of 1 to ${secretsMax}`);
  }
  const secrets: Secrets = [first, ...older];
  for (const secret of secrets) checkSecret(secret);
  return secrets;
}

function checkSecret(secret: string): void {
  const bytes = Buffer.byteLength(secret);
  if (bytes < 32 || bytes > 4096 || new Set(secret).size === 1) {
    throw new InvalidAuthOptionsError(
      "secret must be 32 to 4096 bytes of UTF-8 and not one repeated character, and so must each " +
        "of a list. Make one with: openssl rand -base64 48",
    );
  }
}
