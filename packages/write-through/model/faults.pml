/* Faults of the servers, each at most as often as it is started, at any moment. */

/* All keys are gone, the server is the same. */
proctype Flush() {
  atomic { redis[0].marker = 0; forget_contents(0) }
}

/* The value and the fill tokens of a key have a TTL, and may be evicted. Fences have none. */
proctype Eviction() {
  do
  :: atomic { redis[0].value != NONE || redis[0].tokens != 0 ->
      redis[0].value = NONE; redis[0].tokens = 0 }
  od
}

inline copy_server(to, from) {
  to.replid = from.replid; to.marker = from.marker; to.value = from.value;
  to.tokens = from.tokens; to.fences = from.fences; to.contended = from.contended
}

/* Redis starts again with the contents of a snapshot and a new replid. */
proctype Restart() {
  Server snapshot;
  atomic { copy_server(snapshot, redis[0]) };
  atomic { copy_server(redis[0], snapshot); redis[0].replid = 9 }
}

#if SERVERS > 1
/* Server 1 follows server 0 until it is cut off; who reaches it meets old contents. */
proctype Replica() {
  atomic { copy_server(redis[1], redis[0]); redis[1].is_replica = true };
#ifdef PROMOTION
  atomic { redis[1].is_replica = false; redis[1].replid = 9 }
#endif
}

proctype Rerouting(byte q) {
  atomic { server_of[q] = 1 };
  atomic { server_of[q] = 0 }
}
#endif

/* Replication to the standby stops; the standby takes over, without the commits since. */
proctype Failover() {
  byte had_version, had_epoch, had_nonce, had_timeline, had_rows;
  byte had_evictions[NODES * LIVES];
  byte i;
  bool had_settled;
  atomic {
    had_version = version; had_epoch = a_epoch; had_nonce = a_nonce; had_settled = a_settled;
    had_timeline = a_timeline; had_rows = rows;
    do :: i < NODES * LIVES -> had_evictions[i] = eviction_of[i]; i++ :: else -> break od;
    i = 0 };
  atomic {
    version = had_version; a_epoch = had_epoch; a_nonce = had_nonce; a_settled = had_settled;
    a_timeline = had_timeline; rows = had_rows;
    do
    :: i < NODES * LIVES -> eviction_of[i] = had_evictions[i]; had_evictions[i] = 0; i++
    :: else -> break
    od;
    i = 0;
    timeline++; locks = 0; shares = 0; row_lock = false;
    /* What a read may return: from now on, also what Postgres has gone back to. */
    do
    :: i < NODES -> if :: oldest[i] > version -> oldest[i] = version :: else fi; i++
    :: else -> break
    od;
    i = 0;
    had_version = 0; had_epoch = 0; had_nonce = 0; had_settled = false; had_timeline = 0;
    had_rows = 0 }
}

inline start_faults() {
  redis[0].replid = 1; redis[0].marker = 1; redis[0].value = NONE;
  replid_of[1] = 1;
#ifdef TWO_STORES
  /* The processes of number 0 and 1 are given a master each. */
  redis[1].replid = 2; redis[1].value = NONE; server_of[1] = 1;
#elif SERVERS > 1
  redis[1].value = NONE; redis[1].is_replica = true;
  run Replica();
#ifdef REROUTED
  run Rerouting(REROUTED);
#endif
#endif
#ifdef RESOLVERS
  run Resolver(0);
#endif
#ifdef FLUSHES
  run Flush();
#endif
#ifdef EVICTIONS
  run Eviction();
#endif
#ifdef RESTARTS
  run Restart();
#endif
#ifdef FAILOVERS
  run Failover();
#endif
}
