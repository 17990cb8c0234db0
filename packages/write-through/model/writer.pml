/*
 * A write: fence, drain, commit, publish. It may die at any wait; Postgres then rolls back what is
 * open. To die right before or after the commit is also what a commit of unknown outcome looks like.
 */
byte fences_made;
byte writers_done;

#ifdef WRITERS_DIE
#define OR_DIE :: atomic { end_transaction(); goto over }
#else
#define OR_DIE
#endif

#define UNACKED (listed & ~acked[number])

#ifdef NO_RULE_HELD_EPOCH_IS_SAME_NONCE
#define IS_MY_EPOCH (a_epoch == my_epoch)
#else
#define IS_MY_EPOCH (a_epoch == my_epoch && a_nonce == my_nonce)
#endif
#ifdef NO_RULE_HELD_EPOCH_IS_ON_TIMELINE
#define MAY_HOLD_EPOCH (IS_OPEN && IS_MY_EPOCH)
#else
#define MAY_HOLD_EPOCH (IS_OPEN && IS_MY_EPOCH && a_timeline == timeline)
#endif

inline new_fence() { number = fences_made; fence = BIT(number); fences_made++ }

/* Messages of a fence that is over can only empty near caches: without them there are fewer states. */
inline forget_fence() {
  inbox[0] = inbox[0] & ~fence; inbox[1] = inbox[1] & ~fence;
#if NODES > 2
  inbox[2] = inbox[2] & ~fence;
#endif
  if :: fence != 0 -> acked[number] = 0 :: else fi;
  fence = 0; number = 0; listed = 0; tx_timeline = 0; holds = false
}

/* Best effort: it may not arrive. */
inline unfence() {
  if
  :: MAY_WRITE(my_nonce) -> release(fence)
  :: true
  fi
}

/*
 * An eviction has a mark of its own, so that one which Postgres has lost in a failover, and whose
 * node goes on, is not taken for a later one.
 */
inline evict_unacked() {
  d_step {
    i = 0;
    do
    :: i < NODES * LIVES ->
      if
      :: (listed & rows & BIT(i)) && eviction_of[i] == 0 ->
#ifdef NO_RULE_EVICTION_HAS_A_MARK
        eviction_of[i] = 1
#else
        last_eviction++; eviction_of[i] = last_eviction
#endif
      :: else
      fi;
      i++
    :: else -> break
    od;
    i = 0
  }
}

#ifdef NO_RULE_EVICTION_HAS_A_MARK
#define IS_SEEN_EVICTION true
#else
#define IS_SEEN_EVICTION (eviction_of[i] == SEEN_EVICTION(q, i))
#endif
#ifdef NO_RULE_EVICTION_WAITS
#define IS_LEASE_OVER true
#else
#define IS_LEASE_OVER (EVICTED_FOR(q, i) == 0 && IS_SEEN_EVICTION)
#endif

/* Since this process first saw them evicted. Only the belief of the node itself matters. */
inline start_waits(mark_seen) {
  i = 0;
  do
  :: i < NODES * LIVES ->
    if
    :: (listed & BIT(i)) && mark_seen != 0 && SEEN_EVICTION(q, i) != mark_seen ->
      SEEN_EVICTION(q, i) = mark_seen;
      start_timer(EVICTED_FOR(q, i), q);
      EVICTED_FOR(q, i) = EVICTED_FOR(q, i) & (BELIEF(i / LIVES) | QUESTION(i / LIVES))
    :: else
    fi;
    i++
  :: else -> break
  od;
  i = 0
}

/* Whom to hear from: all in the list, without the process itself and those whose lease is over. */
inline list_others() {
  listed = rows & ~OWN_IDS(q);
#ifdef ACKS_TIME_OUT
  start_waits(eviction_of[i]);
  d_step {
    do
    :: i < NODES * LIVES ->
      if
      :: (listed & BIT(i)) && eviction_of[i] != 0 && IS_LEASE_OVER -> listed = listed & ~BIT(i)
      :: else
      fi;
      i++
    :: else -> break
    od;
    i = 0
  }
#endif
}

proctype Writer(byte q) {
  byte my_epoch, my_nonce, fence, number, tx_timeline, listed, written, t, i;
  bool holds, wrote;

start:
  atomic {
    if
    :: USES_STORE(q) && fences_made < MAX_FENCES ->
      my_epoch = epoch[q]; my_nonce = nonce[q]
    :: valid[q] && on_timeline[q] && IS_BYPASS(nonce[q]) ->
      my_epoch = epoch[q]; my_nonce = nonce[q]
    :: fences_made == MAX_FENCES && !IS_BYPASS(nonce[q]) -> goto over
    fi };

  /* No process may hold an earlier belief. A change of epoch meanwhile is found when it is held. */
#ifndef NO_RULE_UNSETTLED_EPOCH_WAITS
  atomic { sees_settled[q] || known[q] == 0 || epoch[q] != my_epoch || nonce[q] != my_nonce };
#endif
  if
  :: atomic { IS_BYPASS(my_nonce) -> begin() }; goto hold
  :: atomic { !IS_BYPASS(my_nonce) && fences_made < MAX_FENCES ->
      new_fence();
#ifndef NO_RULE_LOCK_BEFORE_FENCE
      begin();
#endif
#ifdef NO_RULE_LIST_AFTER_FENCE
      list_others();
#endif
    }
  :: atomic { !IS_BYPASS(my_nonce) && fences_made == MAX_FENCES -> goto over }
  fi;

  if
  :: atomic { MAY_WRITE(my_nonce) -> fence_script() }
#ifdef NO_RULE_FENCE_NEEDS_REPLY
  :: atomic { true }
#else
  :: atomic { !MAY_WRITE(my_nonce) -> goto start_over }
#ifdef WRITERS_DIE
  :: atomic { if :: MAY_WRITE(my_nonce) -> fence_script() :: true fi; goto start_over }
#endif
#endif
  OR_DIE
  fi;

#ifdef NO_RULE_LOCK_BEFORE_FENCE
  atomic { begin() };
#endif
#ifndef NO_RULE_OWN_NODE_DRAINS
  if :: atomic { q < READERS -> empty_and_mark(q) } :: q >= READERS fi;
#endif
#ifndef NO_RULE_LIST_AFTER_FENCE
  /* One statement, but its snapshot is older than the lock for which it may have to wait. */
  if
  :: atomic { IS_OPEN -> list_others() }
  :: atomic { !IS_OPEN -> goto start_over }
  OR_DIE
  fi;
#endif

hold:
  if
#ifdef NO_RULE_WRITER_HOLDS_EPOCH
  :: atomic { IS_OPEN }
#else
  :: atomic { MAY_HOLD_EPOCH ->
#ifndef NO_RULE_EPOCH_IS_HELD_TO_THE_COMMIT
      holds = true; shares++
#else
      skip
#endif
    }
  :: atomic { !MAY_HOLD_EPOCH -> goto start_over }
#endif
  OR_DIE
  fi;

  if
  :: IS_BYPASS(my_nonce) -> goto write
  :: else
  fi;
#ifndef NO_RULE_DRAIN_WAITS
  if
  :: UNACKED == 0
#ifdef ACKS_TIME_OUT
  :: atomic { UNACKED != 0 -> goto evict }
#endif
  OR_DIE
  fi;
#endif

write:
  if
  :: atomic { IS_OPEN && !row_lock ->
      row_lock = true; wrote = true; last_version++; written = last_version }
  :: atomic { !IS_OPEN -> goto start_over }
  OR_DIE
  fi;
#ifdef NO_RULE_PUBLISH_AFTER_COMMIT
  atomic { if :: !IS_BYPASS(my_nonce) && MAY_WRITE(my_nonce) -> publish_script(written) :: else fi };
#endif
#ifdef NO_RULE_UNKNOWN_COMMIT_TOUCHES_NOTHING
  atomic { if :: !IS_BYPASS(my_nonce) -> unfence() :: true fi };
#endif
  if
  :: atomic { IS_OPEN -> commit() }
  :: atomic { !IS_OPEN -> goto start_over }
  OR_DIE
  fi;
  if
  :: IS_BYPASS(my_nonce) -> goto over
  :: else
  fi;

  /* The row as it is after the commit, which may be a later one. */
#ifndef NO_RULE_PUBLISHED_ROW_IS_READ_AFTER_COMMIT
  atomic { written = version };
#endif
  if
  :: atomic { MAY_WRITE(my_nonce) -> publish_script(written) }
  :: atomic { true }
  fi;
  goto over;

#ifdef ACKS_TIME_OUT
  /* Out of the transaction, and unfenced: nobody else waits for this wait. */
evict:
  atomic { end_transaction(); unfence(); listed = UNACKED };
#ifdef NO_RULE_EVICTION_WAITS_FROM_THE_REPLY
  atomic { start_waits(1) };
  atomic { evict_unacked() };
#else
  atomic { evict_unacked(); start_waits(eviction_of[i]) };
#endif
#ifdef NO_RULE_EVICTED_ROW_STAYS
  atomic { rows = rows & ~listed };
#endif
  /* Each in turn: gone, not evicted any more, or its lease is over. */
  do
  :: atomic { listed == 0 -> break }
#ifndef NO_RULE_EVICTED_ROW_STAYS
  :: atomic { (listed & ~rows) != 0 -> listed = listed & rows }
#endif
  :: atomic {
      i = 0;
      do :: i < NODES * LIVES - 1 -> i++ :: break od;
      (listed & BIT(i)) && IS_LEASE_OVER ->
      rows = rows & ~BIT(i); eviction_of[i] = 0; listed = listed & ~BIT(i);
      i = 0
    }
#ifndef NO_RULE_EVICTION_HAS_A_MARK
  :: atomic {
      i = 0;
      do :: i < NODES * LIVES - 1 -> i++ :: break od;
      (listed & BIT(i)) && !IS_SEEN_EVICTION ->
      listed = listed & ~BIT(i);
      i = 0
    }
#endif
  od;
  atomic { forget_fence(); my_epoch = 0; my_nonce = 0; goto start };
#endif

start_over:
  atomic {
    end_transaction();
    if :: fence != 0 -> unfence() :: else fi;
    forget_fence();
    written = 0; my_epoch = 0; my_nonce = 0;
    goto start };

over:
  atomic { forget_fence(); written = 0; my_epoch = 0; my_nonce = 0; writers_done++ }
}
