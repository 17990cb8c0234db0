import { jsonEncoder, type Encoder } from "@trpc/server/adapters/ws";
import type { PacedSocket } from "./paced-socket.ts";
import type { SocketLimits } from "./socket-limits.ts";

/** The calls of one WebSocket, which tRPC begins as fast as they come. */
export interface CallFlow {
  /** Through which tRPC reads and writes the messages of the connection. */
  readonly encoder: Encoder;
  /**
   * Takes no more calls, and closes the connection when those in flight are answered, or have had
   * their time.
   */
  readonly finish: () => void;
}

type CallId = string | number;
type CallState = "call" | "subscribing" | "subscribed";

/** An id that is used again while it is in use. */
const policyViolation = 1008;
/** Service Restart (RFC 6455, registry): come back. */
const serviceRestart = 1012;

/** Bounds the calls in flight: a client that sends more is not read until some are answered. */
export function createCallFlow(
  client: PacedSocket,
  { maxCallsInFlight, finishMs }: SocketLimits,
): CallFlow {
  const states = new Map<CallId, CallState>();
  let inFlight = 0;
  let isFinishing = false;

  function begin(message: unknown): void {
    const call = readCall(message);
    if (call === undefined) return;
    // The answers could not be told apart, nor counted.
    if (states.has(call.id)) {
      client.close(policyViolation);
      throw new Error("The id of a call is in use");
    }
    states.set(call.id, call.method === "subscription" ? "subscribing" : "call");
    inFlight += 1;
    if (inFlight >= maxCallsInFlight) client.pause();
  }

  function answer(message: unknown): void {
    const { id, result } = message as Answer;
    const state = id === null ? undefined : states.get(id);
    if (id === null || state === undefined) return;
    const type = result?.type;
    if (state === "subscribed" && type === "data") return;
    if (type === "started") states.set(id, "subscribed");
    else states.delete(id);
    if (state === "subscribed") return;
    inFlight -= 1;
    if (inFlight < maxCallsInFlight) client.resume();
    if (isFinishing && inFlight === 0) setImmediate(close);
  }

  function close(): void {
    client.send(JSON.stringify({ id: null, method: "reconnect" }));
    client.close(serviceRestart);
  }

  return {
    encoder: {
      decode(data) {
        if (isFinishing) throw new Error("The connection is about to be closed");
        const message: unknown = jsonEncoder.decode(data);
        const calls = [message].flat();
        // The message itself is counted where it arrives.
        client.count(Math.max(calls.length - 1, 0));
        for (const each of calls) begin(each);
        return message;
      },
      encode(message) {
        answer(message);
        return jsonEncoder.encode(message);
      },
    },
    finish() {
      isFinishing = true;
      if (inFlight === 0) close();
      // What was no call after all is never answered.
      else setTimeout(close, finishMs).unref();
    },
  };
}

interface Answer {
  readonly id: CallId | null;
  readonly result?: { readonly type?: unknown };
}

function readCall(
  message: unknown,
): { readonly id: CallId; readonly method: "query" | "mutation" | "subscription" } | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  if (!("id" in message) || !("method" in message)) return undefined;
  const { id, method } = message;
  if (typeof id !== "string" && typeof id !== "number") return undefined;
  if (method !== "query" && method !== "mutation" && method !== "subscription") return undefined;
  return { id, method };
}
