import type { EventSource } from "eventsource";
import { toError } from "./abort.ts";
import { readWhole } from "./bounded-fetch.ts";
import { headersWith } from "./sender.ts";
import type { SessionCore } from "./session-core.ts";
import { GatewayError, isGatewayStatus } from "./unanswered.ts";

/** What tRPC's `httpSubscriptionLink` needs of an `EventSource`. */
export interface SessionEventSource {
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSED: number;
  readonly readyState: number;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  close(): void;
}

export type SessionEventSourceClass = new (
  url: string,
  init?: { withCredentials?: boolean },
) => SessionEventSource;

type Listener = (event: object) => void;

/**
 * An EventSource over `fetch`, which puts the session's token into a header at each connection. The
 * code for it is loaded with the first one: most pages have none.
 */
export function createEventSourceClass(core: SessionCore): SessionEventSourceClass {
  return class implements SessionEventSource {
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSED = 2;
    readonly #listeners: { readonly type: string; readonly listener: Listener }[] = [];
    #source: EventSource | undefined;
    #isClosed = false;

    constructor(url: string, init?: { withCredentials?: boolean }) {
      this.#open(url, init).catch((error: unknown) => {
        this.#isClosed = true;
        for (const { type, listener } of this.#listeners) {
          if (type === "error") listener(toError(error));
        }
      });
    }

    get readyState(): number {
      return this.#isClosed ? this.CLOSED : (this.#source?.readyState ?? this.CONNECTING);
    }

    addEventListener(type: string, listener: Listener): void {
      this.#listeners.push({ type, listener });
      this.#source?.addEventListener(type, listener);
    }

    removeEventListener(type: string, listener: Listener): void {
      const index = this.#listeners.findIndex(
        (each) => each.type === type && each.listener === listener,
      );
      if (index >= 0) this.#listeners.splice(index, 1);
      this.#source?.removeEventListener(type, listener);
    }

    close(): void {
      this.#isClosed = true;
      this.#source?.close();
    }

    async #open(url: string, init: { withCredentials?: boolean } | undefined): Promise<void> {
      const { EventSource } = await import("eventsource");
      if (this.#isClosed) return;
      this.#source = new EventSource(url, {
        ...init,
        maxBufferSize: core.options.maxResponseBytes,
        fetch: (target, request) => openStream(core, String(target), request),
      });
      for (const { type, listener } of this.#listeners) {
        this.#source.addEventListener(type, listener);
      }
    }
  };
}

interface StreamRequest {
  readonly headers: Record<string, string>;
}

async function openStream(
  core: SessionCore,
  url: string,
  request: StreamRequest,
): Promise<Response> {
  const { options } = core;
  const access = await core.freshAccess();
  const headers = { ...(await headersWith(options.headers, access)), ...request.headers };
  const response = await (options.fetch ?? fetch)(url, { ...request, headers, redirect: "error" });
  if (response.ok) return response;
  const whole = await readWhole(response, options.maxResponseBytes);
  const refusal = errorIn(await whole.text());
  if (refusal !== undefined) return streamOf(refusal);
  // An EventSource gives up at any status but 200: a server that restarts is asked again instead.
  if (isGatewayStatus(response.status)) throw new GatewayError(response.status);
  return new Response(null, { status: response.status });
}

/** tRPC's error, if that is what the answer is. */
function errorIn(text: string): object | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "object" && error !== null ? error : undefined;
  } catch {
    return undefined;
  }
}

/** The refusal as tRPC sends errors within a stream, or the subscriber would learn a status at most. */
function streamOf(refusal: object): Response {
  return new Response(`event: serialized-error\ndata: ${JSON.stringify(refusal)}\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}
