import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { UnixUser } from "./unprivileged-user.ts";

/** A fresh folder for one server's data and log, readable by nobody but the user it runs as. */
export function makeServerFolder(product: string, user: UnixUser | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), `portcullis-${product}-`));
  if (user !== undefined) {
    chownSync(folder, user.uid, user.gid);
  }
  return folder;
}

/** Deletes the folder. A server that is still closing its files is given a moment. */
export function removeServerFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
