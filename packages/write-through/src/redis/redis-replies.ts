import { StoreFault, type AdoptReply, type Reading, type StoreReply } from "../store.ts";

const stranger = { kind: "stranger" } as const;

function unexpected(script: string): StoreFault {
  // The reply itself may hold cached values, so it stays out of the message.
  return new StoreFault(`Redis answered ${script} in a form that script does not have`);
}

/** Reads the reply of a script that answers a number for each of its outcomes. */
export function readOutcome<T>(
  script: string,
  reply: unknown,
  outcomes: ReadonlyMap<number, T>,
): StoreReply<T> {
  if (reply === "STRANGER") return stranger;
  if (typeof reply !== "number" || !outcomes.has(reply)) throw unexpected(script);
  return { kind: "answered", value: outcomes.get(reply) as T };
}

/** Reads the reply of `read.lua` for `count` keys. */
export function readReadings(reply: unknown, count: number): StoreReply<readonly Reading[]> {
  if (reply === "STRANGER") return stranger;
  if (!Array.isArray(reply) || reply.length !== count) throw unexpected("read");
  return { kind: "answered", value: reply.map(readReading) };
}

/** Reads the reply of `adopt.lua`. */
export function readAdoption(reply: unknown): AdoptReply {
  if (reply === "NOT_MASTER") return { kind: "not_master" };
  const [replid, before] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (typeof replid !== "string" || typeof before !== "string") throw unexpected("adopt");
  // What is no nonce of ours could be a pattern that means every key.
  return { kind: "adopted", replid, replaced: /^[\w-]{1,64}$/.test(before) ? before : null };
}

function readReading(reply: unknown): Reading {
  const [kind, first, second] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (kind === "H" && typeof first === "string") return { kind: "hit", value: first };
  if (kind === "M") return { kind: "miss", fillable: true };
  if (kind === "N") return { kind: "miss", fillable: false };
  if (kind === "F" && typeof first === "string" && typeof second === "number") {
    return { kind: "fenced", fence: first, ageMs: second };
  }
  throw unexpected("read");
}
