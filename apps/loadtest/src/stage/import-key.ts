import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@portcullis/app-server/test-command";
import { calculateJwkThumbprint } from "jose";

/** A signing key that the service takes tokens of from now on. */
export interface ImportedKey {
  readonly kid: string;
  /** PKCS#8. */
  readonly pem: string;
}

/**
 * Makes a key and gives it to the service as an operator does, with `portcullis keys import`. It
 * verifies from that moment on, and signs for the service ten minutes later.
 *
 * @param variables those of the service.
 */
export async function importKey(variables: Readonly<Record<string, string>>): Promise<ImportedKey> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const folder = await mkdtemp(join(tmpdir(), "portcullis-loadtest-"));
  try {
    const file = join(folder, "key.pem");
    await writeFile(file, pem, { mode: 0o600 });
    const { exitCode, stderr } = await runProgram(variables, ["keys", "import", file]);
    if (exitCode !== 0) throw new Error(`The signing key could not be imported: ${stderr.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { kid: await calculateJwkThumbprint(publicKey.export({ format: "jwk" })), pem };
}
