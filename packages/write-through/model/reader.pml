/*
 * A read that misses the near cache. A look into the near cache is a single step, so properties.pml
 * checks it in every state. Reads that end in Postgres return its row, and need no check.
 */
byte oldest[NODES];       /* the version that was current when the read began */

#define STILL_TRUSTS (USES_STORE(q) && epoch[q] == my_epoch && nonce[q] == my_nonce)
#ifdef NO_RULE_INSERT_NEEDS_UNMARKED
#define IS_UNMARKED true
#else
#define IS_UNMARKED (!marked[q])
#endif
#ifdef NO_RULE_HIT_NEEDS_BELIEF
#define MAY_HIT true
#else
#define MAY_HIT STILL_TRUSTS
#endif
#ifdef NO_RULE_INSERT_NEEDS_BELIEF
#define MAY_INSERT true
#else
#define MAY_INSERT STILL_TRUSTS
#endif

/* Listed or not: joining empties the near cache. Nobody looks at what is kept after the last life. */
inline insert_near() {
  if
  :: IS_UNMARKED && (near_on[q] || life[q] < LIVES - 1) -> near[q] = got
  :: else
  fi
}

inline end_ticket() { reading[q] = false; marked[q] = false }
inline forget_read() { end_ticket(); my_epoch = 0; my_nonce = 0; got = 0; oldest[q] = 0 }

proctype Reader(byte q) {
  byte my_epoch, my_nonce, got;
ask:
  atomic { USES_STORE(q) ->
    my_epoch = epoch[q]; my_nonce = nonce[q]; oldest[q] = version; reading[q] = true };
  atomic {
    if
    :: IS_TRUSTED(my_nonce) && !IS_FENCED && SERVER.value != NONE -> got = SERVER.value; goto hit
    :: MAY_WRITE(my_nonce) && !IS_FENCED && SERVER.value == NONE ->
      SERVER.tokens = SERVER.tokens | BIT(q); goto miss
#ifdef NO_RULE_FENCED_ROW_IS_NOT_KEPT
    :: IS_TRUSTED(my_nonce) && IS_FENCED -> goto miss
#endif
    :: else -> forget_read(); goto ask
    fi };
hit:
  atomic {
    if
    :: MAY_HIT ->
      assert(got >= oldest[q] && got <= newest_commit);
      insert_near()
    :: else
    fi;
    forget_read(); goto ask };
miss:
  atomic { got = version; oldest[q] = 0 };
  /* In the same turn FILL is sent, which may arrive, or not, at any later moment. */
  atomic {
    if
    :: MAY_INSERT -> insert_near()
    :: else
    fi;
    end_ticket() };
  atomic {
    if
#ifdef NO_RULE_FILL_NEEDS_TOKEN
    :: MAY_WRITE(my_nonce) ->
#else
    :: MAY_WRITE(my_nonce) && (SERVER.tokens & BIT(q)) ->
#endif
      SERVER.value = got; SERVER.tokens = 0
    :: true
    fi;
    forget_read(); goto ask }
}

/* RESOLVE: a reader that meets a fence asks Postgres for its lock, and ends it when it gets it. */
proctype Resolver(byte q) {
  byte i;
  do
  :: atomic {
      i = 0;
      do :: i < MAX_FENCES - 1 -> i++ :: break od;
#ifdef NO_RULE_RESOLVE_ASKS_FOR_THE_LOCK
      !IS_BYPASS(nonce[q]) && MAY_WRITE(nonce[q]) && (SERVER.fences & BIT(i)) ->
#else
      !IS_BYPASS(nonce[q]) && MAY_WRITE(nonce[q]) && (SERVER.fences & BIT(i)) && !(locks & BIT(i)) ->
#endif
      release(BIT(i));
      i = 0
    }
  od
}
