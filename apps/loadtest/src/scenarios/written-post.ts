import { createTokenMint } from "../stage/minted-tokens.ts";
import type { Stage } from "../stage/stage.ts";
import { mutationOf } from "./trpc-request.ts";

const callTimeoutMs = 15_000;

/** @returns the id of a post that was written for the scenario. */
export async function writePost(stage: Stage): Promise<string> {
  const users = await stage.seed(1);
  const [target = ""] = stage.targets();
  const { path, headers, body } = mutationOf({
    kind: "write",
    procedure: "posts.create",
    address: users.first,
    token: createTokenMint(stage.key, users).tokenOf(users.first),
    input: { title: "Read by many", body: "A post that is asked for again and again." },
  });
  const response = await fetch(`${target}${path}`, {
    method: "POST",
    headers,
    body: body ?? "",
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  if (!response.ok) throw new Error(`A post could not be written: status ${response.status}`);
  return ((await response.json()) as { result: { data: { id: string } } }).result.data.id;
}
