import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClientType } from "@redis/client";
import { withDeadline } from "../deadline.ts";
import { StoreFault, type StoreListener } from "../store.ts";
import type { RedisKeys } from "./redis-keys.ts";
import { decodeAcknowledgement, decodeInvalidation } from "./redis-messages.ts";

/** The connection on which messages of other processes are heard. */
export interface RedisSubscriber {
  /** Where others send what is meant for this process alone. */
  readonly address: string;
  /** Tells the listener whenever messages are heard, and when not, until `close`. */
  open(listener: StoreListener): Promise<void>;
  close(): void;
}

/**
 * Messages need a connection of their own. What is sent while it is broken is lost, so the listener
 * is told of every break.
 */
export function createRedisSubscriber(
  client: RedisClientType,
  keys: RedisKeys,
  timeoutMs: number,
  onError: (error: unknown) => void,
): RedisSubscriber {
  const address = randomUUID();
  let listener: StoreListener | undefined;
  let isListening = false;

  function tell(isHeard: boolean): void {
    if (isHeard === isListening) return;
    isListening = isHeard;
    listener?.listening(isHeard);
  }

  function hearInvalidation(text: string): void {
    const invalidation = decodeInvalidation(text);
    if (invalidation === undefined || invalidation.replyTo === address) return;
    listener?.invalidated(invalidation);
  }

  function hearAcknowledgement(text: string): void {
    const acknowledgement = decodeAcknowledgement(text);
    if (acknowledgement === undefined) return;
    listener?.acknowledged(acknowledgement.fence, acknowledgement.nodeId);
  }

  /** Does nothing on a connection that has taken up the subscriptions of the one before it. */
  async function subscribe(): Promise<void> {
    await client.subscribe(keys.invalidations, hearInvalidation);
    await client.subscribe(keys.acknowledgements(address), hearAcknowledgement);
    tell(client.isReady);
  }

  /** A Redis that is busy, or cannot save, refuses commands and goes on with the connection. */
  async function subscribeInTheEnd(): Promise<void> {
    while (client.isReady && !isListening) {
      try {
        await subscribe();
      } catch (error) {
        onError(error);
        await sleep(timeoutMs, undefined, { ref: false });
      }
    }
  }

  client.on("ready", () => void subscribeInTheEnd());
  // A ping that was refused is an error too, but breaks nothing.
  client.on("error", () => {
    if (!client.isReady) tell(false);
  });
  for (const broken of ["reconnecting", "end"]) client.on(broken, () => tell(false));

  return {
    address,
    async open(told) {
      listener = told;
      // It goes on trying after the deadline: a Redis that is away must not hold up the start.
      const subscribed = client.connect().then(subscribe);
      const late = (): StoreFault => new StoreFault("Redis did not answer the subscription");
      await withDeadline(subscribed, timeoutMs, late).catch(onError);
    },
    close() {
      tell(false);
      listener = undefined;
      if (client.isOpen) client.destroy();
    },
  };
}
