import type { EventListener } from "../cache-event.ts";
import type { Clock, Instant } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { Primary } from "../primary.ts";
import { StoreFault, type CacheStore, type StoreIdentity } from "../store.ts";
import { AdoptionBackoff } from "./adoption-backoff.ts";
import { identityOf, isValid, renewed, unsettledMs, type Belief } from "./belief.ts";
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
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: AuthorityLeaseOptions) {
    this.#options = options;
    this.#backoff = new AdoptionBackoff(options.leaseMs);
  }

  /** @throws when Postgres cannot be asked: without it nothing works. */
  async start(): Promise<void> {
    await this.renew();
    await this.#adoptIfNoneIsTrusted();
    this.#renewing = this.#keepRenewing();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#belief = undefined;
    await this.#renewing;
  }

  /** What may be trusted at this moment; undefined: no cache is to be used. */
  trust(): Trust | undefined {
    if (this.#belief === undefined || !isValid(this.#belief, this.#options.leaseMs, this.#now())) {
      return undefined;
    }
    const identity = identityOf(this.#belief.authority);
    return identity && { epoch: this.#belief.authority.epoch, identity };
  }

  /** Is the same store still trusted? Asked again after every wait for an answer of it. */
  stillTrusts(trust: Trust): boolean {
    return this.trust()?.epoch === trust.epoch;
  }

  /** Asks Postgres anew; the question is sent after this call. */
  async renew(): Promise<void> {
    await this.#flights.join("renew", async () => {
      const askedAt = this.#now();
      const authority = await this.#options.primary.readAuthority();
      if (this.#stopping.signal.aborted) return;
      this.#belief = renewed(this.#belief, authority, askedAt, this.#now());
    });
  }

  /**
   * Looks for a store to trust after `distrusted` turned out not to be the one it was: the authority
   * may already name another; else the one at hand is adopted. `trust()` tells what came of it.
   */
  async recover(distrusted?: Trust): Promise<void> {
    await this.#flights.join("recover", async () => {
      await this.renew();
      const trust = this.trust();
      if (trust === undefined || trust.epoch === distrusted?.epoch) await this.#adopt();
    });
  }

  /** Waits until no process can use a cache of an earlier epoch; at most one lease. */
  async waitUntilSettled(trust: Trust): Promise<void> {
    if (this.#belief?.authority.epoch !== trust.epoch) return;
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
        await this.#settleWhenKnownLongEnough();
      } catch (error) {
        this.#options.emit({ kind: "renewal_failed", error });
      }
    }
  }

  async #settleWhenKnownLongEnough(): Promise<void> {
    const belief = this.#belief;
    if (belief === undefined || belief.authority.settled) return;
    if (unsettledMs(belief, this.#options.leaseMs, this.#now()) > 0) return;
    await this.#options.primary.settleEpoch(belief.authority.epoch);
  }

  #now(): Instant {
    return this.#options.clock.now();
  }
}
