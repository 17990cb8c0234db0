// The process of the generator: puts one load on the service. Started by run-load.ts, never by hand.
import type { CreateSource, LoadPlan, RequestSource } from "../load.ts";
import { generateLoad } from "./generate-load.ts";
import type { FromGenerator, ToGenerator } from "./generator-messages.ts";

const aborting = new AbortController();

process.on("message", (message: ToGenerator) => {
  switch (message.kind) {
    case "start":
      void run(message.plan);
      break;
    case "abort":
      aborting.abort();
      break;
  }
});
// The end of who started it is the end of it.
process.once("disconnect", () => process.exit());

async function run(plan: LoadPlan): Promise<void> {
  try {
    const source = await openSource(plan);
    tell({ kind: "started" });
    const load = await generateLoad(plan, source, {
      onProgress: (progress) => tell({ kind: "progress", progress }),
      signal: aborting.signal,
    });
    tell({ kind: "ended", ...load });
  } catch (error) {
    tell({ kind: "failed", why: error instanceof Error ? String(error.stack) : String(error) });
  }
}

async function openSource({ source, settings }: LoadPlan): Promise<RequestSource> {
  const { createSource } = (await import(source)) as { createSource?: CreateSource<unknown> };
  if (createSource === undefined) throw new Error(`${source} exports no createSource`);
  return await createSource(settings);
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}
