// Preloaded into each node with --import: says what the process has used, when it is asked over its
// channel. It adds a timer and nothing to a request.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isProbeQuestion, type ProbeAnswer } from "./probe-messages.ts";

const resolutionMs = 10;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

process.on("message", (message) => {
  if (!isProbeQuestion(message)) return;
  const { user, system } = process.cpuUsage();
  const answer: ProbeAnswer = {
    probe: message.probe,
    cpuMicros: user + system,
    memoryBytes: process.memoryUsage.rss(),
    eventLoopDelayMs: {
      p50: lateMs(delay.percentile(50)),
      p99: lateMs(delay.percentile(99)),
      max: lateMs(delay.max),
    },
  };
  delay.reset();
  process.send?.(answer);
});
// The channel alone must not keep the service from ending.
process.channel?.unref();

/** The monitor measures how long its timer took in all; late is what exceeds what it was set to. */
function lateMs(ns: number): number {
  return Math.max(0, ns / 1e6 - resolutionMs);
}
