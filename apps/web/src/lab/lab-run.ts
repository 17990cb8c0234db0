import type { Credentials } from "./account.ts";
import { askAsApp } from "./ask-as-app.ts";
import { askWithToken, type CallResult } from "./ask-with-token.ts";
import type { Check, Lane } from "./call.ts";
import { createCallLog, type LaneLog } from "./call-log.ts";
import { createLabDevice, type LabDevice, type LabNode } from "./device.ts";
import { deviceCount, nodeOf } from "./lab-nodes.ts";
import { openLive, type LiveFacts } from "./live.ts";
import { planLanes } from "./planned-lanes.ts";
import { repeatCalls } from "./repeat-calls.ts";
import type { Moments } from "./time-window.ts";
import { tokenLifeMs } from "./token-life.ts";

/** Where a run is. `unknown`: the log-out came back with an error, so nothing is promised. */
export type Phase = "signingIn" | "calling" | "loggingOut" | "returned" | "unknown" | "ended";

/** Something that was done to the servers meanwhile. */
export interface Marker {
  readonly atMs: number;
  readonly label: string;
}

/** A run as it is at a moment. */
export interface RunSnapshot {
  readonly phase: Phase;
  readonly signedIn: number;
  readonly moments: Moments;
  readonly lanes: readonly LaneLog[];
  readonly live: readonly LiveFacts[];
  readonly markers: readonly Marker[];
  /** By which the last write of the run can be asked for. */
  readonly traceId: string | undefined;
  /** When the other two checks will refuse at last, by what they go by. */
  readonly ends: { readonly stateless: number | undefined; readonly cached: number | undefined };
  /** Why it could not begin, or what the log-out came back with. */
  readonly problem: unknown;
}

export interface LabRun {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => RunSnapshot;
  readonly logOutEverywhere: () => void;
  readonly mark: (label: string) => void;
  /** Ends all calls and connections; what was seen stays. May be called twice. */
  readonly stop: () => void;
}

export interface RunOptions {
  readonly nodes: readonly [LabNode, ...LabNode[]];
  readonly credentials: () => Promise<Credentials>;
  readonly cacheSeconds: number;
  /** How often those who look are told. */
  readonly refreshMs: number;
}

/** A run ends by itself so long after its beginning, and after the log-out. */
const runMaxMs = 10 * 60_000;

const checkedIntervalMs = 100;
// A node takes 100 calls a second from one address: so the others are asked less often.
const comparedIntervalMs = 250;
const fastAfterReturnMs = 10_000;
const slowIntervalMs = 1_000;
const markersMax = 30;

/** Signs the devices in and lets them call, until it is stopped. */
export function startRun(options: RunOptions): LabRun {
  const { nodes } = options;
  const lanes = planLanes(nodes);
  const log = createCallLog(lanes);
  const devices: LabDevice[] = [];
  const live = new Map<LabDevice, LiveFacts>();
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  const startedMs = performance.now();
  let phase: Phase = "signingIn";
  let pressedMs: number | undefined;
  let returnedMs: number | undefined;
  let endedMs: number | undefined;
  let traceId: string | undefined;
  let markers: readonly Marker[] = [];
  let problem: unknown;
  let snapshot = look();

  const refreshing = setInterval(tell, options.refreshMs);
  let ending = setTimeout(stop, runMaxMs);
  void begin();

  async function begin(): Promise<void> {
    try {
      const credentials = await options.credentials();
      // One after the other: each costs the server a password hash.
      for (let number = 1; number <= deviceCount && !stopping.signal.aborted; number += 1) {
        const device = createLabDevice(number, nodeOf(nodes, number));
        devices.push(device);
        await device.signIn(credentials);
        tell();
      }
      if (stopping.signal.aborted) return;
      phase = "calling";
      for (const device of devices) follow(device);
      for (const lane of lanes) void call(lane);
      tell();
    } catch (error) {
      problem = error;
      stop();
    }
  }

  function follow(device: LabDevice): void {
    openLive(device, stopping.signal, (facts) => live.set(device, facts));
  }

  async function call(lane: Lane): Promise<void> {
    const device = devices[lane.device - 1];
    if (device === undefined) return;
    await repeatCalls({
      ask: (signal) => ask(device, lane.check, signal),
      intervalMs: () => intervalOf(lane.check),
      onCall: (made) => log.add(lane, made),
      signal: stopping.signal,
    });
  }

  function intervalOf(check: Check): number {
    const isOver = returnedMs !== undefined && performance.now() - returnedMs > fastAfterReturnMs;
    if (isOver) return slowIntervalMs;
    return check === "checked" ? checkedIntervalMs : comparedIntervalMs;
  }

  function logOutEverywhere(): void {
    const [first] = devices;
    if (phase !== "calling" || first === undefined) return;
    phase = "loggingOut";
    tell();
    void logOut(first);
  }

  async function logOut(device: LabDevice): Promise<void> {
    traceId = await expectTrace(device);
    pressedMs = performance.now();
    log.logOutBegan(pressedMs);
    try {
      await device.api.auth.logoutEverywhere.mutate();
      if (stopping.signal.aborted) return;
      returnedMs = performance.now();
      log.logOutReturned(returnedMs);
      phase = "returned";
      clearTimeout(ending);
      ending = setTimeout(stop, runMaxMs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      problem = error;
      phase = "unknown";
    }
    tell();
  }

  function stop(): void {
    if (stopping.signal.aborted) return;
    const mayBeSignedIn = returnedMs === undefined;
    endedMs = performance.now();
    phase = "ended";
    clearInterval(refreshing);
    clearTimeout(ending);
    stopping.abort();
    tell();
    void leave(devices, mayBeSignedIn);
  }

  function look(): RunSnapshot {
    return {
      phase,
      signedIn: devices.filter(isSignedIn).length,
      moments: { startedMs, pressedMs, returnedMs, nowMs: endedMs ?? performance.now() },
      lanes: log.lanes(),
      live: Array.from(live.values()),
      markers,
      traceId,
      ends: { stateless: statelessEndMs(devices), cached: cachedEndMs(log.lanes(), options) },
      problem,
    };
  }

  function tell(): void {
    snapshot = look();
    for (const listener of listeners) listener();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    logOutEverywhere,
    mark(label) {
      markers = [...markers, { atMs: performance.now(), label }].slice(-markersMax);
      tell();
    },
    stop,
  };
}

/** As an app for as long as the device is signed in, then with the token that it had. */
function ask(device: LabDevice, check: Check, signal: AbortSignal): Promise<CallResult> {
  if (check === "checked" && isSignedIn(device)) return askAsApp(device, signal);
  const token = device.keptToken();
  if (token === undefined) return Promise.resolve({ outcome: "error", reason: "no token yet" });
  return askWithToken(device.node, check, token.text, signal);
}

function isSignedIn({ session }: LabDevice): boolean {
  return session.getSnapshot().status === "signedIn";
}

function statelessEndMs(devices: readonly LabDevice[]): number | undefined {
  const ends = devices.flatMap((device) => {
    const token = device.keptToken();
    const lifeMs = token && tokenLifeMs(token.text);
    return token === undefined || lifeMs === undefined ? [] : [token.sinceMs + lifeMs];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function cachedEndMs(lanes: readonly LaneLog[], { cacheSeconds }: RunOptions): number | undefined {
  const begins = lanes.flatMap(({ lane, firstBeganMs }) =>
    lane.check === "cached" && firstBeganMs !== undefined ? [firstBeganMs] : [],
  );
  return begins.length === 0 ? undefined : Math.max(...begins) + cacheSeconds * 1_000;
}

/** Asks the node to note what the next write waits for. Without that the log-out goes its way too. */
async function expectTrace({ api }: LabDevice): Promise<string | undefined> {
  try {
    return (await api.lab.traceWrites.mutate()).traceId;
  } catch {
    return undefined;
  }
}

/** Leaves no session of the lab behind, if the server can be reached. */
async function leave(devices: readonly LabDevice[], mayBeSignedIn: boolean): Promise<void> {
  const [first] = devices;
  if (mayBeSignedIn && first !== undefined && isSignedIn(first)) {
    await first.api.auth.logoutEverywhere.mutate().catch(() => undefined);
  }
  await Promise.all(devices.map((device) => device.close()));
}
