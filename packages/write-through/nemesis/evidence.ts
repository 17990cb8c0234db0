import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { createGzip } from "node:zlib";
import type { NodeReport } from "./report.ts";

/** Every report of a run, a line each, in a compressed file: to look into what went wrong. */
export interface Evidence {
  readonly path: string;
  add(life: string, report: NodeReport): void;
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export function collectEvidence(path: string): Evidence {
  const zip = createGzip({ level: 1 });
  const file = zip.pipe(createWriteStream(path));
  const close = async (): Promise<void> => {
    zip.end();
    await once(file, "close");
  };
  return {
    path,
    add: (life, report) => void zip.write(`${JSON.stringify({ life, ...report })}\n`),
    keep: close,
    async discard() {
      await close();
      rmSync(path, { force: true });
    },
  };
}
