import { randomInt } from "node:crypto";
import type { Socket } from "node:net";

/** What one direction of a proxy does to all that travels it, on every connection. */
export interface PathFaults {
  /** Nothing gets through; it waits. */
  isHeld: boolean;
  latencyMs: number;
  jitterMs: number;
}

/** One direction of one connection. */
export interface FaultyPipe {
  /** Goes by the faults as they are now. To be called after each change of them. */
  update(): void;
  /** Ends the direction behind what is on its way. What the source sends later is dropped. */
  end(): void;
  /** Forgets what is on its way, once both ends are closed. */
  stop(): void;
}

type Cargo = { kind: "bytes"; bytes: Buffer } | { kind: "end" } | { kind: "reset" };

interface Parcel {
  cargo: Cargo;
  sentAtMs: number;
  /** From 0 to 1: this parcel's share of the jitter. */
  jitterShare: number;
}

// Enough for a burst on a slow path; beyond it the source waits, as with a full TCP window.
const onTheWayBytesMax = 1024 * 1024;
const jitterSteps = 1_000_000;

/**
 * Carries bytes, end and reset of `source` to `sink`, in order. Nothing is lost: what the faults
 * keep back stays in at most 1 MiB of memory, and then in the system's socket buffers, because the
 * source is no longer read.
 */
export function openFaultyPipe(source: Socket, sink: Socket, faults: PathFaults): FaultyPipe {
  let onTheWay: Parcel[] = [];
  let onTheWayBytes = 0;
  let hasEnded = false;
  let nextArrival: NodeJS.Timeout | undefined;

  const send = (cargo: Cargo): void => {
    // Behind an end there is only a reset to come.
    if (hasEnded && cargo.kind !== "reset") {
      return;
    }
    hasEnded ||= cargo.kind === "end";
    onTheWayBytes += sizeOf(cargo);
    onTheWay.push({
      cargo,
      sentAtMs: performance.now(),
      jitterShare: randomInt(jitterSteps) / jitterSteps,
    });
    update();
  };

  const update = (): void => {
    clearTimeout(nextArrival);
    for (let next = onTheWay[0]; next !== undefined; next = onTheWay[0]) {
      if (faults.isHeld || !canTake(sink, next.cargo)) {
        break;
      }
      const remainingMs = arrivalMs(next, faults) - performance.now();
      if (remainingMs > 0) {
        nextArrival = setTimeout(update, remainingMs);
        break;
      }
      onTheWay.shift();
      onTheWayBytes -= sizeOf(next.cargo);
      deliver(sink, next.cargo);
    }
    if (faults.isHeld || sink.pending || onTheWayBytes >= onTheWayBytesMax) {
      source.pause();
    } else {
      source.resume();
    }
  };

  source.on("data", (bytes: Buffer) => send({ kind: "bytes", bytes }));
  source.on("end", () => send({ kind: "end" }));
  source.on("error", () => send({ kind: "reset" }));
  sink.on("connect", update);
  sink.on("drain", update);
  update();

  return {
    update,
    end: () => send({ kind: "end" }),
    stop: () => {
      clearTimeout(nextArrival);
      onTheWay = [];
      onTheWayBytes = 0;
    },
  };
}

function arrivalMs({ sentAtMs, jitterShare }: Parcel, faults: PathFaults): number {
  return sentAtMs + faults.latencyMs + jitterShare * faults.jitterMs;
}

function sizeOf(cargo: Cargo): number {
  return cargo.kind === "bytes" ? cargo.bytes.length : 0;
}

function canTake(sink: Socket, cargo: Cargo): boolean {
  return !sink.pending && (!sink.writableNeedDrain || cargo.kind === "reset");
}

function deliver(sink: Socket, cargo: Cargo): void {
  if (sink.destroyed) {
    return;
  }
  switch (cargo.kind) {
    case "bytes":
      sink.write(cargo.bytes);
      break;
    case "end":
      sink.end();
      break;
    case "reset":
      sink.resetAndDestroy();
      break;
  }
}
