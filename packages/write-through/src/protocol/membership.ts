import type { EventListener } from "../cache-event.ts";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { NearCache } from "../near/near-cache.ts";
import type { ListedNode, Primary } from "../primary.ts";
import { rejoiningBackOff, type BackOff } from "./back-off.ts";

/** Ids whose rows Postgres has not yet been seen to take out. */
const maxFormerIds = 100;

interface MembershipOptions {
  readonly primary: Primary<unknown>;
  readonly near: NearCache;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly leaseMs: number;
  readonly emit: EventListener;
}

/**
 * This process' place in the list of those that writers wait for, and its view of the others. Only
 * a process in the list may keep rows in its memory, and only one that hears messages stays in it.
 */
export class Membership {
  readonly #options: MembershipOptions;
  /** When this process first saw an eviction, by its mark, on the monotonic clock. */
  readonly #evictedSinceMs = new Map<string, number>();
  /** Ids it had, whose rows may yet be there. Nothing is kept under them any more. */
  readonly #formerIds = new Set<string>();
  readonly #backOff: BackOff;
  #id: string | undefined;
  #joiningAs: string | undefined;
  #isListening = false;
  /** How often it has left, for a join that was under way meanwhile. */
  #departures = 0;
  /** Statements about the own place in the list run one after the other. */
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#backOff = rejoiningBackOff(options.leaseMs);
  }

  /** The id in the list; undefined while there is none, or Postgres has not said so yet. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The id others may have found in the list, and wait to hear. */
  get acknowledgesAs(): string | undefined {
    return this.#id ?? this.#joiningAs;
  }

  /** Takes note of whether messages are heard; deaf, it keeps nothing and leaves the list. */
  listen(isListening: boolean): void {
    this.#isListening = isListening;
    if (isListening) return;
    if (this.#id !== undefined) this.#options.emit({ kind: "left", why: "deaf" });
    void this.leave();
  }

  /** Is it neither in the list nor about to be, hears messages, and was not evicted lately? */
  mayJoin(): boolean {
    const isOut = this.#id === undefined && this.#joiningAs === undefined;
    return isOut && this.#isListening && this.#backOff.mayTry(this.#nowMs());
  }

  /** Enters the list, under a fresh id each time; does nothing if it may not. */
  async join(): Promise<void> {
    if (!this.mayJoin()) return;
    // More would make every statement longer: what could not be taken out comes first.
    if (this.#formerIds.size >= maxFormerIds) return await this.leave();
    const id = this.#options.entropy.token();
    const departures = this.#departures;
    this.#joiningAs = id;
    await this.#inTurn(async () => {
      const formerIds = [...this.#formerIds];
      // Until Postgres has answered it may be in the list or not, so it is cleaned up like any other.
      this.#formerIds.add(id);
      try {
        await this.#options.primary.joinNodes(id, formerIds);
        for (const formerId of formerIds) this.#formerIds.delete(formerId);
        // Writers who drained before this row was there have not waited for what was read by now.
        this.#options.near.clear();
        // Who has left meanwhile takes out this id too, in the next turn.
        if (departures !== this.#departures) return;
        this.#formerIds.delete(id);
        this.#id = id;
        this.#options.emit({ kind: "joined" });
      } catch (error) {
        this.#backOff.tried(this.#nowMs(), this.#options.entropy.fraction());
        throw error;
      } finally {
        this.#joiningAs = undefined;
      }
    });
  }

  /** Keeps nothing from this moment on, and then leaves the list. */
  async leave(): Promise<void> {
    this.#departures += 1;
    this.#forgetId();
    await this.#inTurn(async () => {
      const formerIds = [...this.#formerIds];
      if (formerIds.length === 0) return;
      try {
        await this.#options.primary.removeNodes(formerIds);
        for (const formerId of formerIds) this.#formerIds.delete(formerId);
      } catch (error) {
        this.#options.emit({ kind: "leave_failed", error });
      }
    });
  }

  /** Leaves, and does not come back. */
  async close(): Promise<void> {
    this.#isListening = false;
    await this.leave();
  }

  /** Takes note that a renewal did not find this id in the list, or found it evicted. */
  evicted(id: string | undefined): void {
    if (id === undefined || id !== this.#id) return;
    this.#backOff.tried(this.#nowMs(), this.#options.entropy.fraction());
    this.#options.emit({ kind: "left", why: "evicted" });
    // At once, since a writer waits until the row is gone or the lease is over.
    void this.leave();
  }

  /** Of a list, those that a writer must hear from. */
  othersIn(listed: readonly ListedNode[]): string[] {
    this.#noteEvicted(listed);
    return listed
      .filter(({ id }) => id !== this.#id && !this.#formerIds.has(id))
      .filter(({ eviction }) => eviction === null || this.#restMs(eviction) > 0)
      .map(({ id }) => id);
  }

  /**
   * Evicts processes that were silent, and waits until none of them can use its memory: until it has
   * left the list by itself, or a lease after this process first saw the eviction. An eviction that
   * Postgres has lost meanwhile is not waited for: whoever writes looks at the list anew.
   */
  async evict(nodeIds: readonly string[]): Promise<void> {
    const { primary, clock, entropy, leaseMs, emit } = this.#options;
    const evicted = await primary.evictNodes(nodeIds, entropy.token());
    emit({ kind: "evicted", nodes: nodeIds.length });
    this.#noteEvicted(evicted);
    let waitedFor = marksOf(evicted);
    while (waitedFor.some((mark) => this.#restMs(mark) > 0)) {
      const longestMs = Math.max(...waitedFor.map((mark) => this.#restMs(mark)));
      await clock.sleep(Math.min(longestMs, leaseMs / 8));
      const listed = new Set(marksOf(await primary.listNodes()));
      waitedFor = waitedFor.filter((mark) => listed.has(mark));
    }
    if (waitedFor.length > 0) await primary.removeEvicted(waitedFor);
  }

  #forgetId(): void {
    if (this.#id === undefined) return;
    this.#options.near.clear();
    this.#formerIds.add(this.#id);
    this.#id = undefined;
  }

  async #inTurn(statement: () => Promise<void>): Promise<void> {
    const turn = this.#lastTurn.then(statement);
    this.#lastTurn = turn.catch(() => undefined);
    await turn;
  }

  #noteEvicted(listed: readonly ListedNode[]): void {
    const nowMs = this.#nowMs();
    for (const mark of marksOf(listed)) {
      if (!this.#evictedSinceMs.has(mark)) this.#evictedSinceMs.set(mark, nowMs);
    }
    this.#forgetOld(nowMs);
  }

  /** How long those evicted under a mark may yet use their memory. */
  #restMs(mark: string): number {
    const nowMs = this.#nowMs();
    const sinceMs = this.#evictedSinceMs.get(mark) ?? nowMs;
    return Math.max(0, sinceMs + this.#options.leaseMs - nowMs);
  }

  #nowMs(): number {
    return this.#options.clock.now().monotonicMs;
  }

  /** Marks are never used again, so what is long over need not be remembered. */
  #forgetOld(nowMs: number): void {
    for (const [mark, sinceMs] of this.#evictedSinceMs) {
      if (nowMs - sinceMs > 10 * this.#options.leaseMs) this.#evictedSinceMs.delete(mark);
    }
  }
}

function marksOf(listed: readonly ListedNode[]): string[] {
  return [...new Set(listed.flatMap(({ eviction }) => eviction ?? []))];
}
