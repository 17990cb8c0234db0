/*
 * Redis. A script runs in one step. Keys carry the nonce, so a server has the contents of one nonce
 * only: those of its marker.
 */
#ifndef SERVERS
#define SERVERS 1
#endif

typedef Server {
  byte replid;
  bool is_replica;
  byte marker;
  byte value;
  byte tokens;            /* fill tokens, by reader */
  byte fences;
  bool contended
};
Server redis[SERVERS];
byte server_of[NODES];    /* the server that a process reaches */
byte replid_of[MAX_NONCES + 1]; /* what ADOPT answered for a nonce: the authority holds both */
byte inbox[NODES];        /* INVALIDATE messages under way, by fence */

#define SERVER redis[server_of[q]]

#ifdef NO_RULE_CHECK_ROLE
#define ROLE_OK true
#else
#define ROLE_OK (!SERVER.is_replica)
#endif
#ifdef NO_RULE_CHECK_REPLID
#define REPLID_OK(x) true
#else
#define REPLID_OK(x) (SERVER.replid == replid_of[x])
#endif
#ifdef NO_RULE_CHECK_MARKER
#define MARKER_OK(x) true
#else
#define MARKER_OK(x) (SERVER.marker == (x))
#endif

/* Otherwise the answer is STRANGER. A replica refuses to write, whatever a script checks. */
#define IS_TRUSTED(x) (ROLE_OK && REPLID_OK(x) && MARKER_OK(x))
#define MAY_WRITE(x) (IS_TRUSTED(x) && !SERVER.is_replica)

#ifdef NO_RULE_READ_HEEDS_FENCES
#define IS_FENCED false
#else
#define IS_FENCED (SERVER.fences != 0)
#endif

inline forget_contents(s) {
  redis[s].value = NONE; redis[s].tokens = 0; redis[s].fences = 0; redis[s].contended = false
}

inline fence_script() {
#ifndef NO_RULE_CONTENDED
  if :: SERVER.fences != 0 -> SERVER.contended = true :: else fi;
#endif
  SERVER.fences = SERVER.fences | fence;
#ifndef NO_RULE_FENCE_DELETES_VALUE
  SERVER.value = NONE;
#endif
#ifndef NO_RULE_FENCE_DELETES_TOKENS
  SERVER.tokens = 0;
#endif
  inbox[0] = inbox[0] | fence;
  inbox[1] = inbox[1] | fence;
#if NODES > 2
  inbox[2] = inbox[2] | fence;
#endif
  inbox[q] = inbox[q] & ~fence
}

inline release(f) {
  SERVER.fences = SERVER.fences & ~(f);
#ifdef NO_RULE_CONTENDED_STAYS
  SERVER.contended = false
#else
  if :: SERVER.fences == 0 -> SERVER.contended = false :: else fi
#endif
}

inline publish_script(row) {
  if
#ifdef NO_RULE_PUBLISH_NEEDS_FENCE
  :: !SERVER.contended -> SERVER.value = row; SERVER.tokens = 0
#else
  :: (SERVER.fences & fence) && !SERVER.contended -> SERVER.value = row; SERVER.tokens = 0
#endif
  :: else
  fi;
  release(fence)
}
