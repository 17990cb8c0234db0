import { randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const secretBytes = 48;

/** The secret of an embedded service: made at the first start, then kept in its data folder. */
export async function readOrMakeSecret(dataFolder: string): Promise<string> {
  const path = join(dataFolder, "secret");
  try {
    await writeFile(path, randomBytes(secretBytes).toString("base64url"), {
      flag: "wx",
      mode: 0o600,
      flush: true,
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  await chmod(path, 0o600);
  const secret = await readFile(path, "utf8");
  if (secret.length < secretBytes) {
    throw new Error(`${path} is damaged. Restore it, or delete the data folder to start anew.`);
  }
  return secret;
}
