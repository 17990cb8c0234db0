/*
 * Leases without a clock.
 *
 * A timer that p started at T holds, for each process q, whether q's belief and q's renewal under
 * way were asked for before T. A bit is cleared when that belief ends or is replaced by one asked
 * for later. "A full lease since T" is over when no bit is left.
 */
bool valid[NODES];        /* q has a belief, and it has not ended */
bool asking[NODES];       /* q has a renewal under way */
byte known[NODES];        /* p's timer since it knows its epoch */
byte seen_eviction[NODES * NODES * LIVES]; /* the eviction that timer is about */
byte evicted_for[NODES * NODES * LIVES]; /* p's timer since it first saw node id i evicted */

#define BELIEF(q) BIT(q)
#define QUESTION(q) BIT(q + 4)
#define EVICTED_FOR(p, i) evicted_for[(p) * NODES * LIVES + (i)]
#define SEEN_EVICTION(p, i) seen_eviction[(p) * NODES * LIVES + (i)]
#define IS_BYPASS(x) ((x) == 0 || (x) >= 8)
#define EACH_TIMER(change) \
  d_step { \
    t = 0; do :: t < NODES -> change(known[t]); t++ :: else -> break od; \
    t = 0; do :: t < NODES * NODES * LIVES -> change(evicted_for[t]); t++ :: else -> break od; \
    t = 0 }

/* What runs now and was asked for before now. The belief of the process itself is its own matter. */
inline start_timer(timer, p) {
  d_step {
    t = 0; timer = 0;
    do
    :: t < NODES ->
      if :: t != p && valid[t] -> timer = timer | BELIEF(t) :: else fi;
      if :: t != p && asking[t] -> timer = timer | QUESTION(t) :: else fi;
      t++
    :: else -> break
    od;
    t = 0
  }
}

#define CLEAR_BELIEF(timer) timer = timer & ~BELIEF(q)
#define CLEAR_QUESTION(timer) timer = timer & ~QUESTION(q)
#define ANSWER(timer) timer = (timer & ~BELIEF(q) & ~QUESTION(q)) | ((timer >> 4) & BELIEF(q))

/* Each takes the q of the process that calls it. */
inline belief_ended() { valid[q] = false; EACH_TIMER(CLEAR_BELIEF) }
inline question_sent() { asking[q] = true; EACH_TIMER(CLEAR_QUESTION) }
inline question_dropped() { asking[q] = false; EACH_TIMER(CLEAR_QUESTION) }
inline belief_renewed() {
  asking[q] = false; valid[q] = true;
#ifdef NO_RULE_VALIDITY_COUNTS_FROM_THE_QUESTION
  EACH_TIMER(CLEAR_QUESTION); EACH_TIMER(CLEAR_BELIEF)
#else
  EACH_TIMER(ANSWER)
#endif
}
