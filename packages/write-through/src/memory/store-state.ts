import type { AdoptReply, Reading, StoreIdentity, StoreReply } from "../store.ts";

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

/** All that a store holds, as plain data, which changes in place. */
export interface StoreContents {
  role: "master" | "replica";
  replid: string;
  marker: string | undefined;
  readonly fences: Map<string, Fences>;
  readonly slots: Map<string, Slot>;
}

export function emptyContents(replid: string): StoreContents {
  return { role: "master", replid, marker: undefined, fences: new Map(), slots: new Map() };
}

/**
 * The steps of the protocol on data in memory: what the Redis scripts do, each step at once. The
 * contents of earlier nonces are dropped by an adoption, since nothing may read them again.
 */
export class StoreState {
  readonly #maxValues: number;
  readonly #nowMs: () => number;
  readonly #contents: StoreContents;

  constructor(contents: StoreContents, maxValues: number, nowMs: () => number) {
    this.#contents = contents;
    this.#maxValues = maxValues;
    this.#nowMs = nowMs;
  }

  read(
    identity: StoreIdentity,
    keys: readonly string[],
    fillToken: string,
  ): StoreReply<readonly Reading[]> {
    if (!this.#isTrusted(identity)) return stranger;
    return { kind: "answered", value: keys.map((key) => this.#reading(key, fillToken)) };
  }

  fill(
    identity: StoreIdentity,
    key: string,
    fillToken: string,
    value: string,
    ttlMs: number,
  ): StoreReply<"accepted" | "refused"> {
    if (!this.#isTrusted(identity)) return stranger;
    const accepted = this.#liveSlot(key)?.fillTokens.has(fillToken) === true;
    if (accepted) this.#store(key, value, ttlMs);
    return { kind: "answered", value: accepted ? "accepted" : "refused" };
  }

  fence(identity: StoreIdentity, keys: readonly string[], fence: string): StoreReply<undefined> {
    if (!this.#isTrusted(identity)) return stranger;
    for (const key of keys) {
      const fenced = this.#contents.fences.get(key) ?? { sinceMs: new Map(), contended: false };
      if (fenced.sinceMs.size > 0) fenced.contended = true;
      fenced.sinceMs.set(fence, this.#nowMs());
      this.#contents.fences.set(key, fenced);
      this.#contents.slots.delete(key);
    }
    return done;
  }

  publish(
    identity: StoreIdentity,
    key: string,
    fence: string,
    value: string,
    ttlMs: number,
  ): StoreReply<"stored" | "refused"> {
    if (!this.#isTrusted(identity)) return stranger;
    const fenced = this.#contents.fences.get(key);
    const stored = fenced?.sinceMs.has(fence) === true && !fenced.contended;
    if (stored) this.#store(key, value, ttlMs);
    this.#release(key, fence);
    return { kind: "answered", value: stored ? "stored" : "refused" };
  }

  unfence(identity: StoreIdentity, keys: readonly string[], fence: string): StoreReply<undefined> {
    if (!this.#isTrusted(identity)) return stranger;
    for (const key of keys) this.#release(key, fence);
    return done;
  }

  adopt(nonce: string): AdoptReply {
    const contents = this.#contents;
    if (contents.role !== "master") return { kind: "not_master" };
    const replaced = contents.marker ?? null;
    contents.marker = nonce;
    contents.fences.clear();
    contents.slots.clear();
    return { kind: "adopted", replid: contents.replid, replaced };
  }

  #isTrusted({ replid, nonce }: StoreIdentity): boolean {
    const { role, replid: own, marker } = this.#contents;
    return role === "master" && replid === own && nonce === marker;
  }

  #reading(key: string, fillToken: string): Reading {
    const fenced = this.#contents.fences.get(key);
    if (fenced !== undefined) return oldestFence(fenced, this.#nowMs());
    const slot = this.#liveSlot(key);
    if (slot?.value !== undefined) return { kind: "hit", value: slot.value };
    const fillTokens = slot?.fillTokens ?? new Set<string>();
    if (fillTokens.size >= maxFillTokensPerKey) return { kind: "miss", fillable: false };
    this.#put(key, {
      value: undefined,
      fillTokens: new Set(fillTokens).add(fillToken),
      expiresAtMs: this.#nowMs() + fillTokenTtlMs,
    });
    return { kind: "miss", fillable: true };
  }

  #liveSlot(key: string): Slot | undefined {
    const { slots } = this.#contents;
    const slot = slots.get(key);
    if (slot === undefined || slot.expiresAtMs > this.#nowMs()) return slot;
    slots.delete(key);
    return undefined;
  }

  #store(key: string, value: string, ttlMs: number): void {
    this.#put(key, { value, fillTokens: new Set(), expiresAtMs: this.#nowMs() + ttlMs });
  }

  #put(key: string, slot: Slot): void {
    const { slots } = this.#contents;
    slots.delete(key);
    slots.set(key, slot);
    for (const oldest of slots.keys()) {
      if (slots.size <= this.#maxValues) break;
      slots.delete(oldest);
    }
  }

  #release(key: string, fence: string): void {
    const { fences } = this.#contents;
    const fenced = fences.get(key);
    fenced?.sinceMs.delete(fence);
    if (fenced?.sinceMs.size === 0) fences.delete(key);
  }
}

function oldestFence({ sinceMs }: Fences, nowMs: number): Reading {
  let oldest = { fence: "", atMs: Infinity };
  for (const [fence, atMs] of sinceMs) if (atMs < oldest.atMs) oldest = { fence, atMs };
  return { kind: "fenced", fence: oldest.fence, ageMs: Math.max(0, nowMs - oldest.atMs) };
}
