/*
 * G1 and G2: a read returns a version that was current at some moment of it. A version that a
 * failover of Postgres has lost may be read until the new primary has committed a write.
 * A HIT is judged in reader.pml; a look into the near cache could come in any state.
 */
#define NEAR_IS_WRONG(q) \
  (USES_NEAR(q) && near[q] != NONE && (near[q] < version || near[q] > newest_commit))

proctype NearIsFresh() {
  atomic {
#if NODES > 2
    NEAR_IS_WRONG(0) || NEAR_IS_WRONG(1) || NEAR_IS_WRONG(2) -> assert(false)
#else
    NEAR_IS_WRONG(0) || NEAR_IS_WRONG(1) -> assert(false)
#endif
  }
}

/* Q: when every writer is done or dead, the store that the authority names serves nothing old. */
#define SERVES(s) \
  (!redis[s].is_replica && !IS_BYPASS(a_nonce) && a_timeline == timeline && redis[s].marker == a_nonce \
    && redis[s].replid == replid_of[a_nonce] && redis[s].fences == 0 && redis[s].value != NONE)
#define IS_OLD(s) (redis[s].value < version || redis[s].value > newest_commit)

proctype NothingStaleIsLeft() {
  atomic {
#if SERVERS > 1
    writers_done == WRITERS && locks == 0 && ((SERVES(0) && IS_OLD(0)) || (SERVES(1) && IS_OLD(1)))
#else
    writers_done == WRITERS && locks == 0 && SERVES(0) && IS_OLD(0)
#endif
    -> assert(false)
  }
}
