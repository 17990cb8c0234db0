import { createClient } from "@redis/client";
import { untilAborted } from "../mail/until-aborted.ts";

const timeoutMs = 3000;

/** What a Redis says of itself. */
export interface RedisFacts {
  readonly kind: "answered";
  /** `"7.0.15"` for instance; `undefined` when it does not say. */
  readonly version: string | undefined;
  /** Whether it keeps an append-only file. */
  readonly isAppendOnly: boolean;
  /** Whether its last attempt to write to disk failed: it then refuses writes, by default. */
  readonly isSavingFailing: boolean;
  /** Its clock, in milliseconds since 1970, at some moment between the two of ours. */
  readonly clock: {
    readonly askedAtMs: number;
    readonly timeMs: number;
    readonly answeredAtMs: number;
  };
}

/** What came of asking a Redis. */
export type RedisInspection =
  | RedisFacts
  /** `why`: what the system or the server said, without the URL. */
  | { readonly kind: "unreachable"; readonly why: string };

/**
 * Asks a Redis how it is, for operators: INFO and TIME, on a connection of its own. Takes at most
 * 3 s and changes nothing.
 *
 * @param url `redis://` or `rediss://`.
 *
 * @example
 * ```ts
 * import { inspectRedis } from "@portcullis/server";
 *
 * const redis = await inspectRedis("redis://127.0.0.1:6379");
 * console.log(redis.kind === "answered" ? redis.version : redis.why);
 * ```
 */
export async function inspectRedis(url: string): Promise<RedisInspection> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    return { kind: "unreachable", why: "the URL does not begin with redis:// or rediss://" };
  }
  const client = createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
  });
  // Without a listener an error ends the process; what it says comes out of the calls as well.
  client.on("error", () => undefined);
  const ask = async (): Promise<RedisFacts> => {
    await client.connect();
    const info = await client.info();
    const askedAtMs = Date.now();
    const [seconds, micros] = await client.time();
    const answeredAtMs = Date.now();
    const timeMs = Number(seconds) * 1000 + Number(micros) / 1000;
    return { kind: "answered", ...readInfo(info), clock: { askedAtMs, timeMs, answeredAtMs } };
  };
  try {
    return await untilAborted(ask(), AbortSignal.timeout(timeoutMs));
  } catch (error) {
    return { kind: "unreachable", why: sayWhy(error) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** The parts of INFO that operators are told. */
function readInfo(info: string): Omit<RedisFacts, "kind" | "clock"> {
  const told = (field: string): string | undefined =>
    new RegExp(`^${field}:(\\S+)`, "m").exec(info)?.[1];
  return {
    version: told("redis_version"),
    isAppendOnly: told("aof_enabled") === "1",
    isSavingFailing: ["rdb_last_bgsave_status", "aof_last_write_status"].some(
      (field) => told(field) === "err",
    ),
  };
}

/** When it tried several addresses, the system says nothing but a code. */
function sayWhy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return error.message || ("code" in error ? String(error.code) : error.name);
}
