/*
 * The protocol that keeps reads of the cache linearizable, for spin: `pnpm model` checks it.
 *
 * Modelled: one row; NODES processes that read (near cache and shared store) and write; Postgres
 * with the row, the authority, the node table, advisory and row locks and a timeline; one or two
 * Redis servers. Every step on another machine is a step of its own, so answers come as late as
 * they like. Reads and renewals go on without end; writes, fences and faults are bounded.
 *
 * Abstracted:
 * - Time. A belief may end at any moment. Who waits for "a full lease since T" goes on only when
 *   each belief asked for before T has ended or was asked for anew (timers.pml). All that real clocks
 *   allow is included, and more.
 * - A pause, or a crash of a reader: taking no step. A slow, late or lost message: delivered late or
 *   never. A commit of unknown outcome: a writer that ends right before or after its commit.
 * - Values are version numbers, which rise with each write and are never given out twice.
 * - A process loads the row in one flight at a time; the loads of two processes overlap.
 *
 * check.ts chooses the bounds and faults of a configuration, and the rule to leave out, by -D:
 *   WRITER_A, WRITER_B     the processes that write, once each
 *   ADOPTER_A, BYPASSER_A  (and _B) processes that adopt a store or begin a bypass, once each
 *   SETTLINGS              processes that note that an epoch is settled
 *   RESOLVERS, EVICTIONS   fences of dead writers are ended; the store drops values
 *   BELIEFS_END            a process is paused past its lease, or its renewals fail
 *   ACKS_TIME_OUT          messages are lost, or late: nodes are evicted
 *   WRITERS_DIE            a writer dies, or has no answer to its FENCE and starts over
 *   SUBSCRIPTIONS_BREAK, FLUSHES, RESTARTS, FAILOVERS (of Postgres)
 *   SERVERS=2              with a replica (PROMOTION: it becomes a master) that process REROUTED
 *                          reaches for a while; or with TWO_STORES, a master for each of two
 *   START_IN_BYPASS        no store is trusted at first
 *   NO_RENEWALS, ONLY_READERS_RENEW, PROMPT_WRITERS
 *                          fewer states: nobody renews, or only who has caches; or who has none
 *                          gets its answers at once
 *   NO_RULE_X              leaves out rule X (rules.ts)
 */
#ifndef NODES
#define NODES 2        /* processes that read and write: 2 or 3 */
#endif
#ifndef MAX_FENCES
#define MAX_FENCES 2   /* attempts of all writers together */
#endif
#ifndef MAX_NONCES
#define MAX_NONCES 2   /* adoptions, with the one at the start */
#endif
#ifndef LIVES
#define LIVES 1        /* node ids a process may use */
#endif
#ifndef READERS
#define READERS 2      /* processes that also read, and have a near cache: the first ones */
#endif

#ifdef WRITER_B
#define WRITERS 2
#else
#define WRITERS 1
#endif

#define BIT(i) (1 << (i))
#define NONE 255

#include "timers.pml"
#include "postgres.pml"
#include "redis.pml"
#include "node.pml"
#include "reader.pml"
#include "writer.pml"
#include "authority.pml"
#include "faults.pml"
#include "properties.pml"

/* All processes have joined and believe in the authority, which is settled. */
init {
  atomic {
    byte i = 0;
    do
    :: i < NODES ->
      valid[i] = true; on_timeline[i] = true; sees_settled[i] = true;
      epoch[i] = a_epoch; nonce[i] = a_nonce;
      near[i] = NONE;
#ifdef ONLY_READERS_RENEW
      if :: i < READERS -> run Renewal(i) :: else fi;
#elif !defined(NO_RENEWALS)
      run Renewal(i);
#endif
      if
      :: i < READERS ->
        near_on[i] = true; confirmed[i] = true; rows = rows | BIT(ID(i));
        run Reader(i); run Inbox(i);
#if LIVES > 1 || defined(ACKS_TIME_OUT)
        run Membership(i)
#endif
      :: else
      fi;
      i++
    :: else -> break
    od;
    run Writer(WRITER_A);
#ifdef WRITER_B
    run Writer(WRITER_B);
#endif
    start_authority_tasks();
    start_faults();
    run NearIsFresh();
    run NothingStaleIsLeft();
  }
}
