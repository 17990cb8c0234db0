import type { EventListener } from "../cache-event.ts";
import type { Clock, Instant } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { Primary } from "../primary.ts";
import { StoreFault, type CacheStore, type StoreIdentity } from "../store.ts";
import { AdoptionBackoff } from "./adoption-backoff.ts";
import { identityOf, isSameEpoch, isValid, renewed, unsettledMs, type Belief } from "./belief.ts";
import { Flights } from "./flights.ts";

interface AuthorityLeaseOptions {
  readonly primary: Primary<unknown>;
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly leaseMs: number;
  readonly emit: EventListener;
}

/** The store this process may use now, and the epoch that says so. */
export interface Trust {
  readonly epoch: bigint;
  readonly identity: StoreIdentity;
}

/**
 * Keeps this process' belief in the authority fresh, by asking Postgres every quarter of a lease,
 * and adopts a store when none is trusted or the trusted one has lost its identity.
 */
export class AuthorityLease {
  readonly #options: AuthorityLeaseOptions;
  readonly #flights = new Flights<void>();
  readonly #backoff: AdoptionBackoff;
  readonly #stopping = new AbortController();
  #belief: Belief | undefined;
  #renewing: Promise<void> | undefined;
  #settling: Promise<void> | undefined;

  constructor(options: AuthorityLeaseOptions) {
    this.#options = options;
    this.#backoff = new AdoptionBackoff(options.leaseMs);
  }

  /** @throws when Postgres cannot be asked: without it nothing works. */
  async start(): Promise<void> {
    await this.renew();
    await this.#adoptIfNoneIsTrusted();
    this.#renewing ??= this.#keepRenewing();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#belief = undefined;
    await this.#renewing;
  }

  /** What may be trusted at this moment; undefined: no cache is to be used. */
  trust(): Trust | undefined {
    const { leaseMs } = this.#options;
    const isOver = this.#belief === undefined || !isValid(this.#belief, leaseMs, this.#now());
    return isOver ? undefined : this.#named();
  }

  /** Is the same store still trusted? Asked again after every wait for an answer of it. */
  stillTrusts(trust: Trust): boolean {
    const current = this.trust();
    return current !== undefined && isSameTrust(current, trust);
  }

  /** Asks Postgres anew; the question is sent after this call. */
  async renew(): Promise<void> {
    await this.#flights.join("renew", async () => {
      const askedAt = this.#now();
      const authority = await this.#options.primary.readAuthority();
      if (this.#stopping.signal.aborted) return;
      this.#belief = renewed(this.#belief, authority, askedAt, this.#now(), this.#options.leaseMs);
    });
  }

  /**
   * Looks for a store to trust after `distrusted` turned out not to be the one it was. The one at
   * hand is adopted only if the authority, asked anew, names no other: that a belief is over says
   * nothing against a store. `trust()` tells what came of it.
   */
  async recover(distrusted?: Trust): Promise<void> {
    await this.#flights.join("recover", async () => {
      await this.renew();
      const named = this.#named();
      const isOther = named !== undefined && (!distrusted || !isSameTrust(named, distrusted));
      if (!isOther) await this.#adopt();
    });
  }

  /** Waits until no process can use a cache of an earlier epoch; at most one lease. */
  async waitUntilSettled(trust: Trust): Promise<void> {
    const named = this.#named();
    if (this.#belief === undefined || named === undefined || !isSameTrust(named, trust)) return;
    const waitMs = unsettledMs(this.#belief, this.#options.leaseMs, this.#now());
    if (waitMs > 0) await this.#options.clock.sleep(waitMs);
  }

  async #adopt(): Promise<void> {
    const { primary, store, entropy, emit } = this.#options;
    const belief = this.#belief;
    if (belief === undefined || !this.#backoff.mayTry(this.#now().monotonicMs)) return;
    this.#backoff.tried(this.#now().monotonicMs, entropy.fraction());
    try {
      const nonce = entropy.token();
      const reply = await store.adopt(nonce);
      if (reply.kind === "not_master") {
        throw new StoreFault("The store is a replica: give the URL of its master");
      }
      const identity = { replid: reply.replid, nonce };
      const { epoch } = belief.authority;
      const adopted = await primary.adoptStore(epoch, identity);
      await this.renew();
      if (!adopted) return;
      emit({ kind: "adopted", epoch: epoch + 1n });
      if (belief.authority.nonce !== null) void this.#sweep(belief.authority.nonce);
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

  async #adoptIfNoneIsTrusted(): Promise<void> {
    const trust = this.trust();
    if (trust === undefined) return await this.recover();
    try {
      // A read of no keys: the store only says whether it is the trusted one.
      const reply = await this.#options.store.read(trust.identity, [], "");
      if (reply.kind === "stranger") await this.recover(trust);
    } catch (error) {
      this.#options.emit({ kind: "store_failed", operation: "read", error });
    }
  }

  async #keepRenewing(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.sleep(this.#options.leaseMs / 4, signal);
      if (signal.aborted) return;
      try {
        await this.renew();
        if (this.trust() === undefined) await this.recover();
        this.#settleWhenKnownLongEnough();
      } catch (error) {
        this.#options.emit({ kind: "renewal_failed", error });
      }
    }
  }

  /** Not awaited: it has to wait for writers, and a belief that is not renewed meanwhile ends. */
  #settleWhenKnownLongEnough(): void {
    const { primary, leaseMs, emit } = this.#options;
    const belief = this.#belief;
    if (belief === undefined || belief.authority.settled || this.#settling !== undefined) return;
    if (unsettledMs(belief, leaseMs, this.#now()) > 0) return;
    this.#settling = primary
      .settleEpoch(belief.authority.epoch, belief.authority.nonce)
      .catch((error: unknown) => emit({ kind: "renewal_failed", error }))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  /** The store that the authority named when it was last asked, however long ago. */
  #named(): Trust | undefined {
    const authority = this.#belief?.authority;
    const identity = authority && identityOf(authority);
    return identity && { epoch: authority.epoch, identity };
  }

  #now(): Instant {
    return this.#options.clock.now();
  }
}

function isSameTrust(one: Trust, other: Trust): boolean {
  return isSameEpoch(
    { epoch: one.epoch, nonce: one.identity.nonce },
    { epoch: other.epoch, nonce: other.identity.nonce },
  );
}
