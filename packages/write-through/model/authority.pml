/* Changes of the authority, by any process at any time: whether it has a reason is not modelled. */
byte last_nonce = 1;
byte last_bypass = 8;

/* Waits for the transactions that hold the row FOR KEY SHARE. */
#define MAY_UPDATE_AUTHORITY (shares == 0)
#ifdef NO_RULE_EPOCH_CHANGE_COMPARES_NONCE
#define IS_SEEN_EPOCH (a_epoch == seen_epoch)
#else
#define IS_SEEN_EPOCH (a_epoch == seen_epoch && a_nonce == seen_nonce)
#endif

/* ADOPT, its reply, then the UPDATE. */
proctype Adoption(byte q) {
  byte seen_epoch, seen_nonce, x;
  atomic { last_nonce < MAX_NONCES ->
    seen_epoch = epoch[q]; seen_nonce = nonce[q];
    if :: server_of[q] < SERVERS && !SERVER.is_replica -> skip fi;
    last_nonce++; x = last_nonce;
    SERVER.marker = x; replid_of[x] = SERVER.replid;
    forget_contents(server_of[q]) };
  atomic { MAY_UPDATE_AUTHORITY ->
    if
    :: IS_SEEN_EPOCH ->
#ifdef NO_RULE_ADOPTION_STARTS_UNSETTLED
      a_settled = true;
#else
#ifdef NO_RULE_ADOPTION_IS_SETTLED_ONLY_ON_THE_TIMELINE
      a_settled = a_settled && IS_BYPASS(a_nonce);
#else
      a_settled = a_settled && IS_BYPASS(a_nonce) && a_timeline == timeline;
#endif
#endif
      a_epoch++; a_nonce = x; a_timeline = timeline
    :: else
    fi;
    seen_epoch = 0; seen_nonce = 0; x = 0 }
}

proctype Bypass(byte q) {
  byte seen_epoch, seen_nonce;
  atomic { seen_epoch = epoch[q]; seen_nonce = nonce[q] };
  atomic { MAY_UPDATE_AUTHORITY ->
    if
    :: IS_SEEN_EPOCH ->
#ifdef NO_RULE_BYPASS_HAS_A_NONCE
      a_nonce = 0;
#else
      a_nonce = last_bypass; last_bypass++;
#endif
      a_epoch++; a_timeline = timeline;
#ifdef NO_RULE_BYPASS_STARTS_UNSETTLED
      a_settled = true
#else
      a_settled = false
#endif
    :: else
    fi;
    seen_epoch = 0; seen_nonce = 0 }
}

/*
 * A process that has known the epoch for a lease says so to all. An UPDATE that comes late is the
 * same as one sent late, for the epoch that it names never comes again.
 */
proctype Settling(byte q) {
  do
  :: atomic { (!a_settled && known[q] == 0 && a_epoch == epoch[q] &&
      a_nonce == nonce[q] && a_timeline == timeline) -> a_settled = true }
  od
}

inline start_authority_tasks() {
  skip;
#ifdef SETTLINGS
  run Settling(0);
  run Settling(1);
#endif
#ifdef ADOPTER_A
  run Adoption(ADOPTER_A);
#endif
#ifdef ADOPTER_B
  run Adoption(ADOPTER_B);
#endif
#ifdef BYPASSER_A
  run Bypass(BYPASSER_A);
#endif
#ifdef BYPASSER_B
  run Bypass(BYPASSER_B);
#endif
}
