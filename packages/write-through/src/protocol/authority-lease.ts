import type { EventListener } from "../cache-event.ts";
import type { Clock, Instant } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { NearCache } from "../near/near-cache.ts";
import type { Primary } from "../primary.ts";
import { StoreFault, type CacheStore } from "../store.ts";
import { adoptionBackOff, type BackOff } from "./back-off.ts";
import {
  isSameEpoch,
  isValid,
  renewed,
  unsettledMs,
  type Belief,
  type Bypass,
  type EpochName,
  type Trust,
} from "./belief.ts";
import { Flights } from "./flights.ts";
import type { Membership } from "./membership.ts";

interface AuthorityLeaseOptions {
  readonly primary: Primary<unknown>;
  readonly store: CacheStore;
  readonly near: NearCache;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly leaseMs: number;
  readonly emit: EventListener;
}

/**
 * Keeps this process' belief in the authority fresh, by asking Postgres every quarter of a lease.
 * Adopts a store when none is trusted or the trusted one has lost its identity, and begins a bypass
 * when there is no store to be had.
 */
export class AuthorityLease {
  readonly #options: AuthorityLeaseOptions;
  readonly #flights = new Flights<void>();
  readonly #backOff: BackOff;
  #stopping = new AbortController();
  #isRunning = false;
  #belief: Belief | undefined;
  #renewing: Promise<void> | undefined;
  #settling: Promise<void> | undefined;

  constructor(options: AuthorityLeaseOptions) {
    this.#options = options;
    this.#backOff = adoptionBackOff(options.leaseMs);
  }

  /**
   * May be called again after it has failed, or after a stop.
   *
   * @throws when Postgres cannot be asked: without it nothing works.
   */
  async start(): Promise<void> {
    this.#isRunning = true;
    await this.renew();
    await this.recover(this.trust());
    await this.joinAndRenew();
    this.#stopping = new AbortController();
    this.#renewing = this.#keepRenewing();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#belief = undefined;
    this.#stopping.abort();
    await this.#options.membership.close();
    await this.#renewing;
  }

  /** The epoch to act under at this moment; undefined: no cache is to be used, nor a write begun. */
  epoch(): Trust | Bypass | undefined {
    const belief = this.#belief;
    return belief !== undefined && this.#isValid(belief) ? belief.named : undefined;
  }

  /** The same, if it names a store. */
  trust(): Trust | undefined {
    const epoch = this.epoch();
    return epoch?.identity === undefined ? undefined : epoch;
  }

  /** Is the same store still trusted? Asked again after every wait for an answer of it. */
  stillTrusts(trust: Trust): boolean {
    const current = this.trust();
    return current !== undefined && isSameEpoch(current, trust);
  }

  /** May rows in the memory of this process be used at this moment? */
  allowsMemory(): boolean {
    const belief = this.#belief;
    return (
      belief?.listedAs !== undefined &&
      belief.listedAs === this.#options.membership.id &&
      belief.named?.identity !== undefined &&
      this.#isValid(belief)
    );
  }

  /**
   * Asks Postgres anew; the question is sent after this call. The answer is taken only between start
   * and stop: before and after, the store is not connected.
   */
  async renew(): Promise<void> {
    await this.#flights.join("renew", async () => {
      const { primary, membership, near } = this.#options;
      const { id } = membership;
      const askedAt = this.#now();
      const { authority, isListed } = await primary.renew(id);
      if (!this.#isRunning) return;
      const before = this.#belief?.named;
      const listedAs = isListed ? id : undefined;
      const answer = { authority, listedAs, askedAt, answeredAt: this.#now() };
      this.#belief = renewed(this.#belief, answer);
      if (hasLeft(before, this.#belief.named)) near.clear();
      if (!isListed) membership.evicted(id);
    });
  }

  /**
   * Looks for a store to trust when there is none, or `suspect` may not be the one it was. A store is
   * adopted only if the authority, asked anew, names no other, and the one it names has lost its
   * identity: that a belief is over, or a call was not answered, says nothing against a store.
   */
  async recover(suspect?: Trust): Promise<void> {
    await this.#flights.join("recover", async () => {
      await this.renew();
      if (await this.#needsAdoption(suspect)) await this.#adopt();
    });
  }

  /**
   * Begins an epoch without a store, unless the authority, asked anew, has left `seen` behind:
   * undefined is that no epoch could be acted under.
   */
  async bypass(seen: EpochName | undefined): Promise<void> {
    await this.#flights.join("bypass", async () => {
      const { primary, entropy, emit } = this.#options;
      await this.renew();
      const belief = this.#belief;
      if (belief === undefined) return;
      const { authority, named } = belief;
      const isLeftBehind = seen === undefined ? named !== undefined : !isSameEpoch(authority, seen);
      if (isLeftBehind || (named !== undefined && named.identity === undefined)) return;
      if (await primary.bypassStore(authority, entropy.token())) {
        emit({ kind: "bypassed", epoch: authority.epoch + 1n });
      }
      await this.renew();
    });
  }

  /** Waits until no process can use a cache of an earlier epoch; at most one lease. */
  async waitUntilSettled(epoch: EpochName): Promise<void> {
    const belief = this.#belief;
    if (belief === undefined || !isSameEpoch(belief.authority, epoch)) return;
    const { clock, leaseMs } = this.#options;
    // A timer may fire a little early.
    for (;;) {
      const waitMs = unsettledMs(belief, leaseMs, this.#now());
      if (waitMs === 0) return;
      await clock.sleep(waitMs);
    }
  }

  async #needsAdoption(suspect: Trust | undefined): Promise<boolean> {
    if (this.#belief === undefined) return false;
    const { authority, named } = this.#belief;
    if (named === undefined) return true;
    // Out of a bypass that is settled, nobody has to wait a second time.
    if (named.identity === undefined) return authority.settled;
    if (suspect === undefined || !isSameEpoch(named, suspect)) return false;
    return (await this.#whoAnswers(named)) === "stranger";
  }

  /** What answers here: the trusted store, another one, or nothing. */
  async #whoAnswers({ identity }: Trust): Promise<"trusted" | "stranger" | "nobody"> {
    try {
      // A read of no keys: the store only says whether it is the trusted one.
      const reply = await this.#options.store.read(identity, [], "");
      return reply.kind === "stranger" ? "stranger" : "trusted";
    } catch (error) {
      this.#options.emit({ kind: "store_failed", operation: "read", error });
      return "nobody";
    }
  }

  async #adopt(): Promise<void> {
    const { primary, store, entropy, emit } = this.#options;
    const belief = this.#belief;
    if (belief === undefined || !this.#backOff.mayTry(this.#now().monotonicMs)) return;
    try {
      const unfitness = await store.unfitness();
      if (unfitness !== undefined) throw new StoreFault(unfitness);
      const nonce = entropy.token();
      const reply = await store.adopt(nonce);
      if (reply.kind === "not_master") {
        throw new StoreFault("The store is a replica: give the URL of its master");
      }
      // Only now: a store that is merely away changes no epoch, and is to be found soon when back.
      this.#backOff.tried(this.#now().monotonicMs, entropy.fraction());
      const identity = { replid: reply.replid, nonce };
      const { authority } = belief;
      const adopted = await primary.adoptStore(authority, identity);
      await this.renew();
      if (!adopted) return;
      emit({ kind: "adopted", epoch: authority.epoch + 1n });
      const left = new Set([authority.nonce, reply.replaced]);
      for (const name of left) if (name !== null) void this.#sweep(name);
    } catch (error) {
      emit({ kind: "adoption_failed", error });
    }
  }

  async #sweep(nonce: string): Promise<void> {
    try {
      await this.#options.store.sweep(nonce);
    } catch (error) {
      this.#options.emit({ kind: "store_failed", operation: "sweep", error });
    }
  }

  async #keepRenewing(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, leaseMs } = this.#options;
    let restMs = leaseMs / 4;
    while (!signal.aborted) {
      await clock.sleep(restMs, signal);
      if (signal.aborted) return;
      restMs = leaseMs / 4;
      void this.joinAndRenew();
      try {
        await this.renew();
        if (this.trust() === undefined) this.#recoverInBackground();
        this.#settleWhenKnownLongEnough();
      } catch (error) {
        // Sooner than usual: there is a belief to save.
        restMs = leaseMs / 16;
        this.#options.emit({ kind: "renewal_failed", error });
      }
    }
  }

  /**
   * Enters the list, unless this process would hear the messages of another store than the trusted
   * one: writers would wait for it in vain. Not awaited by the loop: a slow statement about the list
   * must not end the belief.
   */
  async joinAndRenew(): Promise<void> {
    const { membership, emit } = this.#options;
    const trust = this.trust();
    if (trust === undefined || !membership.mayJoin()) return;
    try {
      if ((await this.#whoAnswers(trust)) !== "trusted") return;
      await membership.join();
      if (membership.id !== undefined) await this.renew();
    } catch (error) {
      emit({ kind: "join_failed", error });
    }
  }

  /** Not awaited: a store that does not answer must not end the belief. */
  #recoverInBackground(): void {
    this.recover().catch((error: unknown) => {
      this.#options.emit({ kind: "renewal_failed", error });
    });
  }

  /** Not awaited: it may have to wait for SQL by hand, and a belief that is not renewed meanwhile ends. */
  #settleWhenKnownLongEnough(): void {
    const { primary, leaseMs, emit } = this.#options;
    const belief = this.#belief;
    if (belief === undefined || belief.authority.settled || this.#settling !== undefined) return;
    if (unsettledMs(belief, leaseMs, this.#now()) > 0) return;
    this.#settling = primary
      .settleEpoch(belief.authority)
      .catch((error: unknown) => emit({ kind: "renewal_failed", error }))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  #isValid(belief: Belief): boolean {
    return isValid(belief, this.#options.leaseMs, this.#now());
  }

  #now(): Instant {
    return this.#options.clock.now();
  }
}

/** Is the epoch of before over, so that nothing of it may be used? */
function hasLeft(before: EpochName | undefined, after: EpochName | undefined): boolean {
  return before !== undefined && (after === undefined || !isSameEpoch(before, after));
}
