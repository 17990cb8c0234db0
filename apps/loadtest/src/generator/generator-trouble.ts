/** How the generator itself fared in the time that counts. */
export interface GeneratorHealth {
  readonly wantedPerSecond: number | undefined;
  readonly connections: number;
  readonly seconds: number;
  /** Of the requests that were due, how many were sent before the time was over. */
  readonly due: number;
  readonly sentInTime: number;
  readonly dropped: number;
  /** 1 is one core. */
  readonly cpuShare: number;
  /** The share of the time in which its event loop was not idle. */
  readonly loopShare: number;
  /** How much later than due requests were seen to be so, whether or not a connection was free. */
  readonly lateP99Ms: number;
  readonly latencyP99Ms: number;
}

const mostCpuShare = 0.9;
const mostLoopShare = 0.95;
/** Node's timers are late by up to a millisecond or two as it is. */
const mostLateMs = 5;
/** Lateness counts in every latency; a small part of it does no harm. */
const mostLateShareOfLatency = 0.2;
const leastSentShare = 0.98;

/** What the generator could not do, and what to do about it, in one sentence; undefined: nothing. */
export function generatorTrouble(health: GeneratorHealth): string | undefined {
  const { wantedPerSecond, cpuShare, loopShare, lateP99Ms, latencyP99Ms } = health;
  const isOpen = wantedPerSecond !== undefined;
  const advice = isOpen
    ? "lower --rate, or give the generator a core of its own"
    : "lower --connections, or give the generator a core of its own";

  if (cpuShare > mostCpuShare || loopShare > mostLoopShare) {
    const busy = percent(Math.max(cpuShare, loopShare));
    return `The generator was busy ${busy} of the time, so this is its limit and not the service's: ${advice}.`;
  }
  if (isOpen && lateP99Ms > Math.max(mostLateMs, latencyP99Ms * mostLateShareOfLatency)) {
    return `The generator itself was late: one request in 100 left ${lateP99Ms.toFixed(1)} ms or more after it was due; ${advice}.`;
  }
  return isOpen ? rateTrouble(health, wantedPerSecond) : undefined;
}

function rateTrouble(
  { due, sentInTime, dropped, seconds, connections }: GeneratorHealth,
  wantedPerSecond: number,
): string | undefined {
  if (dropped > 0) {
    return `${dropped} requests were dropped because too many were waiting for an answer: the service does not keep up with ${wantedPerSecond}/s; lower --rate.`;
  }
  if (sentInTime < due * leastSentShare) {
    const sent = Math.floor(sentInTime / seconds);
    return `Only ${sent}/s of the wanted ${wantedPerSecond}/s were sent, because all ${connections} connections were taken: the service does not keep up; lower --rate, or raise --connections.`;
  }
  return undefined;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
