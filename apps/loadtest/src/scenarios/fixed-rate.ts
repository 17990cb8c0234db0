/** Far from the edge, where latencies say something about the service and not about a queue. */
export function halfOf(perSecond: number): number {
  return Math.max(1, Math.round(perSecond / 2));
}
