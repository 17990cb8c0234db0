/* Postgres: the only authority. A step here is one statement, or one commit. */
byte version;             /* the row as committed */
byte last_version;        /* the last one given out, committed or not */
byte newest_commit;       /* the newest version ever committed, lost ones included */
bool row_lock;            /* a transaction has written the row */

byte a_epoch = 1;         /* the authority */
#ifdef START_IN_BYPASS
#define FIRST_NONCE 0
#else
#define FIRST_NONCE 1
#endif
byte a_nonce = FIRST_NONCE;  /* one that IS_BYPASS: no store is trusted */
bool a_settled = true;
byte a_timeline = 1;
byte timeline = 1;        /* of this Postgres */
byte shares;              /* transactions that hold the authority FOR KEY SHARE */

byte rows;                /* the node table: ids */
byte eviction_of[NODES * LIVES]; /* the mark of a node's eviction; 0: not evicted */
byte last_eviction;
byte locks;               /* advisory locks held, by fence */

/* A transaction ends with the Postgres it began on. */
#define IS_OPEN (tx_timeline == timeline)

inline begin() { tx_timeline = timeline; locks = locks | fence }

inline end_transaction() {
  if
  :: IS_OPEN ->
    locks = locks & ~fence;
    if :: holds -> shares-- :: else fi;
    if :: wrote -> row_lock = false :: else fi
  :: else
  fi;
  holds = false; wrote = false; tx_timeline = 0
}

inline commit() {
  version = written; newest_commit = written;
  end_transaction()
}
