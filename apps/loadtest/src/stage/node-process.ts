import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startServiceProcess } from "@portcullis/app-server/service-process";
import type { ProbeAnswer, ProbeQuestion } from "./probe-messages.ts";

/** A node of the service, as `pnpm start` runs it, that can be asked what it has used. */
export interface NodeProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly probe: () => Promise<ProbeAnswer>;
}

const probeFile = fileURLToPath(new URL("probe.ts", import.meta.url));
const probeTimeoutMs = 15_000;

export async function startNodeProcess(
  variables: Readonly<Record<string, string>>,
  cpu: number | undefined,
): Promise<NodeProcess> {
  const spawned: ChildProcess[] = [];
  const service = await startServiceProcess(variables, {
    nodeFlags: [`--import=${probeFile}`],
    cpu,
    onSpawn: (child) => spawned.push(child),
    // It writes a line for each request, as it does anywhere.
    dropsOutput: true,
    ignoresTerminal: true,
  });
  const [child] = spawned;
  if (child === undefined) throw new Error("The service has no process");
  let asked = 0;

  return {
    url: service.url,
    pid: service.pid,
    async probe() {
      const question: ProbeQuestion = { probe: (asked += 1) };
      const signal = AbortSignal.timeout(probeTimeoutMs);
      const ended = new AbortController();
      service.ended.then(
        (code) => ended.abort(new Error(`A node ended with code ${code} while it was measured.`)),
        (error: unknown) => ended.abort(error),
      );
      const answer = once(child, "message", { signal: AbortSignal.any([signal, ended.signal]) });
      child.send(question);
      const [message] = (await answer) as [ProbeAnswer];
      if (message.probe !== question.probe) throw new Error("A node answered another question");
      return message;
    },
    [Symbol.asyncDispose]: async () => void (await service.stop()),
  };
}
