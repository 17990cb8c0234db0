import { createHash } from "node:crypto";
import { ErrorReply, type RedisClientType } from "@redis/client";
import { withDeadline } from "../deadline.ts";
import { StoreFault } from "../store.ts";
import { scripts } from "./scripts.generated.ts";

export type ScriptName = keyof typeof scripts;

export type ScriptRunner = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>;

/** Redis names a script by the SHA-1 of its source. */
const digests = new Map(
  Object.entries(scripts).map(([name, source]) => [
    name,
    createHash("sha1").update(source).digest("hex"),
  ]),
);

/**
 * Runs the embedded scripts by their digest. node-redis' own time-outs do not cover a command that
 * has been written, so each call has its own deadline.
 */
export function createScriptRunner(client: RedisClientType, timeoutMs: number): ScriptRunner {
  async function run(
    name: ScriptName,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    const options = { keys: [...keys], arguments: [...args] };
    try {
      return await client.evalSha(digests.get(name) ?? "", options);
    } catch (error) {
      // Not executed: a restarted or flushed server has forgotten the script.
      const forgotten = error instanceof ErrorReply && error.message.startsWith("NOSCRIPT");
      if (!forgotten) throw error;
      return await client.eval(scripts[name], options);
    }
  }

  return async (name, keys, args) => {
    const late = (): StoreFault =>
      new StoreFault(`Redis did not answer ${name} within ${timeoutMs} ms`);
    try {
      return await withDeadline(run(name, keys, args), timeoutMs, late);
    } catch (error) {
      if (error instanceof StoreFault) throw error;
      throw new StoreFault(`Redis could not run ${name}`, { cause: error });
    }
  };
}
