/** How busy this process was; 1 is a whole core, and an event loop that never waits. */
export interface Usage {
  readonly cpuShare: number;
  readonly loopShare: number;
}

/** Gives what was used from now until it is called. */
export function startMeter(): () => Usage {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const elapsedMs = Math.max(1, performance.now() - startMs);
    return {
      cpuShare: (user + system) / 1000 / elapsedMs,
      loopShare: performance.eventLoopUtilization(loop).utilization,
    };
  };
}
