import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** What the figures depend on, of the machine. */
export function describeMachine(): readonly string[] {
  const model = cpus()[0]?.model ?? "an unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${availableParallelism()} processors of ${model}, ${memory} GiB; load before the run ${(loadavg()[0] ?? 0).toFixed(2)}; Node ${process.versions.node}`,
  ];
}
