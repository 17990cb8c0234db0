/* A process: its belief in the authority, its near cache, the messages it hears. */
byte epoch[NODES];        /* the authority as last believed */
byte nonce[NODES];
bool sees_settled[NODES];
bool on_timeline[NODES];

byte near[NODES];         /* the near cache */
bool joining[NODES];      /* the INSERT of the process' row is under way */
bool near_on[NODES];      /* joined: Postgres has said that the row is there */
bool confirmed[NODES];    /* and the belief's answer has found it in the list */
byte life[NODES];         /* how often it has joined under a new id */
bool reading[NODES];      /* a read is in flight */
bool marked[NODES];       /* and has been met by a fence, or the like */
byte acked[MAX_FENCES + 1]; /* node ids that have acknowledged a fence */

#define ID(p) ((p) * LIVES + life[p])
#define OWN_IDS(p) ((BIT(LIVES) - 1) << ((p) * LIVES))
#define USES_STORE(p) (valid[p] && on_timeline[p] && !IS_BYPASS(nonce[p]))
#ifdef NO_RULE_NEAR_NEEDS_LISTING
#define IS_LISTED(p) near_on[p]
#else
#define IS_LISTED(p) (near_on[p] && confirmed[p])
#endif
#ifdef NO_RULE_NEAR_NEEDS_BELIEF
#define USES_NEAR(p) IS_LISTED(p)
#else
#define USES_NEAR(p) (IS_LISTED(p) && USES_STORE(p))
#endif

inline mark(p) { marked[p] = reading[p] }
inline empty_and_mark(p) { near[p] = NONE; mark(p) }
inline leave_off() { near_on[q] = false; confirmed[q] = false }

/* The answer of the renewal under way. */
typedef Answer {
  byte epoch; byte nonce; bool settled; bool on_timeline;
  bool is_listed; bool is_gone   /* neither: it was asked without an id, or under an earlier one */
};
Answer answer[NODES];

inline forget_listing() { answer[q].is_listed = false; answer[q].is_gone = false }
inline forget_answer() {
  answer[q].epoch = 0; answer[q].nonce = 0; answer[q].settled = false;
  answer[q].on_timeline = false; forget_listing()
}

#ifdef NO_RULE_SAME_EPOCH_IS_SAME_NONCE
#define IS_SAME_EPOCH (answer[q].epoch == epoch[q])
#else
#define IS_SAME_EPOCH (answer[q].epoch == epoch[q] && answer[q].nonce == nonce[q])
#endif

inline take_answer() {
  /* Without a store to trust before, nothing was kept. */
  if
  :: on_timeline[q] && !(IS_SAME_EPOCH && answer[q].on_timeline) ->
#ifndef NO_RULE_NEW_EPOCH_EMPTIES
    near[q] = NONE;
#endif
#ifndef NO_RULE_NEW_EPOCH_MARKS
    mark(q)
#endif
  :: else
  fi;
  if :: IS_SAME_EPOCH :: else -> start_timer(known[q], q) fi;
  epoch[q] = answer[q].epoch; nonce[q] = answer[q].nonce;
  sees_settled[q] = answer[q].settled; on_timeline[q] = answer[q].on_timeline;
  if :: sees_settled[q] -> known[q] = 0 :: else fi;
  confirmed[q] = near_on[q] && answer[q].is_listed;
  belief_renewed();
  if
  :: answer[q].is_gone && near_on[q] ->
#ifndef NO_RULE_EVICTED_NODE_ENDS_ITS_NEAR_CACHE
    leave_off();
#ifndef NO_RULE_EVICTED_NODE_EMPTIES
    empty_and_mark(q)
#endif
#endif
  :: else
  fi
}

/*
 * RENEW: one SELECT, one at a time. Its sending and its execution are one step: a question sent
 * earlier makes a belief that ends earlier, and a belief may end at any moment anyway.
 */
proctype Renewal(byte q) {
  byte t;
  do
  :: atomic { !asking[q] ->
      question_sent();
      answer[q].epoch = a_epoch; answer[q].nonce = a_nonce; answer[q].settled = a_settled;
#ifdef NO_RULE_BELIEF_NEEDS_TIMELINE
      answer[q].on_timeline = true;
#else
      answer[q].on_timeline = (a_timeline == timeline);
#endif
      answer[q].is_listed = (near_on[q] && (rows & BIT(ID(q))) && eviction_of[ID(q)] == 0);
      answer[q].is_gone = (near_on[q] && !answer[q].is_listed);
#ifdef PROMPT_WRITERS
      if :: q >= READERS -> take_answer(); forget_answer() :: else fi
#endif
    }
  :: atomic { asking[q] -> take_answer(); forget_answer() }
#ifdef BELIEFS_END
  :: atomic { asking[q] -> question_dropped(); forget_answer() }
  :: atomic { valid[q] -> belief_ended() }
#endif
  od
}

/* Joining and leaving the node table. */
proctype Membership(byte q) {
  do
  /* Delete one's own row once nothing of the near cache is left. */
  :: atomic { !near_on[q] && (rows & BIT(ID(q))) ->
      rows = rows & ~BIT(ID(q)); eviction_of[ID(q)] = 0 }
#if LIVES > 1
  /* Join under a new id. */
  :: atomic { !near_on[q] && life[q] < LIVES - 1 ->
      life[q]++; joining[q] = true; forget_listing();
#ifndef NO_RULE_JOIN_INSERTS_FIRST
      rows = rows | BIT(ID(q))
#endif
    };
    atomic {
#ifndef NO_RULE_JOIN_EMPTIES
      near[q] = NONE;
#endif
#ifndef NO_RULE_JOIN_MARKS
      mark(q);
#endif
      joining[q] = false; near_on[q] = true
    };
#ifdef NO_RULE_JOIN_INSERTS_FIRST
    atomic { rows = rows | BIT(ID(q)) }
#endif
#ifdef SUBSCRIPTIONS_BREAK
  /* A node that cannot hear leaves. */
  :: atomic { near_on[q] && life[q] < LIVES - 1 ->
#ifdef NO_RULE_LEAVING_EMPTIES_FIRST
      rows = rows & ~BIT(ID(q)) };
    atomic { leave_off(); empty_and_mark(q) }
#else
      leave_off(); empty_and_mark(q); inbox[q] = 0 }
#endif
#endif
#endif
  od
}

/* INVALIDATE: drop and mark in one synchronous turn, then acknowledge. */
proctype Inbox(byte q) {
  byte i;
  do
  :: atomic {
      i = 0;
      do :: i < MAX_FENCES - 1 -> i++ :: break od;
      inbox[q] & BIT(i) ->
      inbox[q] = inbox[q] & ~BIT(i);
#ifndef NO_RULE_INVALIDATE_DROPS
      near[q] = NONE;
#endif
#ifndef NO_RULE_INVALIDATE_MARKS
      mark(q);
#endif
      if :: near_on[q] || joining[q] -> acked[i] = acked[i] | BIT(ID(q)) :: else fi;
      i = 0
    }
  od
}
