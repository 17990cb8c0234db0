import { randomUUID } from "node:crypto";
import { bounded } from "../options.ts";
import type { CacheStore, Reading, StoreIdentity, StoreReply } from "../store.ts";

/** How much a store in this process may hold. */
export interface MemoryStoreOptions {
  /** Most values kept, 100 to 10 000 000, default 100 000; the least recently stored goes first. */
  readonly maxValues?: number;
  /** The time in ms, for tests; default `Date.now`. */
  readonly nowMs?: () => number;
}

const fillTokenTtlMs = 10_000;
const maxFillTokensPerKey = 64;

interface Slot {
  readonly value: string | undefined;
  readonly fillTokens: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

interface Fences {
  readonly sinceMs: Map<string, number>;
  contended: boolean;
}

const stranger = { kind: "stranger" } as const;
const done: StoreReply<undefined> = { kind: "answered", value: undefined };

/**
 * Keeps cached rows in this process: for a service that is one process and has no Redis. It answers
 * every step of the protocol as the Redis scripts do.
 *
 * @throws InvalidOptionsError when an option is out of its bounds.
 * @example
 * ```ts
 * import { createMemoryStore } from "@portcullis/write-through";
 *
 * const store = createMemoryStore({ maxValues: 10_000 });
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): CacheStore {
  const maxValues = bounded("maxValues", options.maxValues ?? 100_000, 100, 10_000_000);
  const nowMs = options.nowMs ?? Date.now;
  const replid = randomUUID();
  let marker: string | undefined;
  let fences = new Map<string, Fences>();
  let slots = new Map<string, Slot>();

  const isTrusted = (identity: StoreIdentity): boolean =>
    identity.replid === replid && identity.nonce === marker;

  function liveSlot(key: string): Slot | undefined {
    const slot = slots.get(key);
    if (slot === undefined || slot.expiresAtMs > nowMs()) return slot;
    slots.delete(key);
    return undefined;
  }

  function put(key: string, slot: Slot): void {
    slots.delete(key);
    slots.set(key, slot);
    for (const oldest of slots.keys()) {
      if (slots.size <= maxValues) break;
      slots.delete(oldest);
    }
  }

  function store(key: string, value: string, ttlMs: number): void {
    put(key, { value, fillTokens: new Set(), expiresAtMs: nowMs() + ttlMs });
  }

  function reading(key: string, fillToken: string): Reading {
    const fenced = fences.get(key);
    if (fenced !== undefined) return oldestFence(fenced, nowMs());
    const slot = liveSlot(key);
    if (slot?.value !== undefined) return { kind: "hit", value: slot.value };
    const fillTokens = slot?.fillTokens ?? new Set<string>();
    if (fillTokens.size >= maxFillTokensPerKey) return { kind: "miss", fillable: false };
    put(key, {
      value: undefined,
      fillTokens: new Set(fillTokens).add(fillToken),
      expiresAtMs: nowMs() + fillTokenTtlMs,
    });
    return { kind: "miss", fillable: true };
  }

  function release(key: string, fence: string): void {
    const fenced = fences.get(key);
    fenced?.sinceMs.delete(fence);
    if (fenced?.sinceMs.size === 0) fences.delete(key);
  }

  return {
    read(identity, keys, fillToken) {
      if (!isTrusted(identity)) return Promise.resolve(stranger);
      const value = keys.map((key) => reading(key, fillToken));
      return Promise.resolve({ kind: "answered", value });
    },

    fill(identity, key, fillToken, value, ttlMs) {
      if (!isTrusted(identity)) return Promise.resolve(stranger);
      const accepted = liveSlot(key)?.fillTokens.has(fillToken) === true;
      if (accepted) store(key, value, ttlMs);
      return Promise.resolve({ kind: "answered", value: accepted ? "accepted" : "refused" });
    },

    fence(identity, keys, fence) {
      if (!isTrusted(identity)) return Promise.resolve(stranger);
      for (const key of keys) {
        const fenced = fences.get(key) ?? { sinceMs: new Map<string, number>(), contended: false };
        if (fenced.sinceMs.size > 0) fenced.contended = true;
        fenced.sinceMs.set(fence, nowMs());
        fences.set(key, fenced);
        slots.delete(key);
      }
      return Promise.resolve(done);
    },

    publish(identity, key, fence, value, ttlMs) {
      if (!isTrusted(identity)) return Promise.resolve(stranger);
      const fenced = fences.get(key);
      const stored = fenced?.sinceMs.has(fence) === true && !fenced.contended;
      if (stored) store(key, value, ttlMs);
      release(key, fence);
      return Promise.resolve({ kind: "answered", value: stored ? "stored" : "refused" });
    },

    unfence(identity, keys, fence) {
      if (!isTrusted(identity)) return Promise.resolve(stranger);
      for (const key of keys) release(key, fence);
      return Promise.resolve(done);
    },

    adopt(nonce) {
      marker = nonce;
      // Everything was kept under the nonce before, which is trusted no more.
      fences = new Map();
      slots = new Map();
      return Promise.resolve({ kind: "adopted", replid });
    },

    sweep: () => Promise.resolve(),
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function oldestFence({ sinceMs }: Fences, nowMs: number): Reading {
  let oldest = { fence: "", atMs: Infinity };
  for (const [fence, atMs] of sinceMs) if (atMs < oldest.atMs) oldest = { fence, atMs };
  return { kind: "fenced", fence: oldest.fence, ageMs: Math.max(0, nowMs - oldest.atMs) };
}
