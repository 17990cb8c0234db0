// Verifies a password again and again, in a process that does nothing else. Asked once, over its channel.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type { BareHashAnswer, BareHashQuestion } from "./bare-hashes.ts";

interface Argon2 {
  readonly verify: (hash: string, password: string) => Promise<boolean>;
}

// The very library that the server has, which is its dependency and not ours.
const fromServer = createRequire(import.meta.resolve("@portcullis/server"));
const { verify } = fromServer("@node-rs/argon2") as Argon2;
/** As many at once as the server lets itself have by default. */
const atOnce = Math.min(3, Math.max(1, availableParallelism() - 1));

process.on("message", (question: BareHashQuestion) => void answer(question));
process.once("disconnect", () => process.exit());

async function answer({ hash, password, seconds }: BareHashQuestion): Promise<void> {
  await verify(hash, password);
  const startedMs = performance.now();
  const untilMs = startedMs + seconds * 1000;
  let hashes = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      if (!(await verify(hash, password))) throw new Error("The password is not that of the hash");
      hashes += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const result: BareHashAnswer = { perSecond: (hashes * 1000) / (performance.now() - startedMs) };
  process.send?.(result);
}
