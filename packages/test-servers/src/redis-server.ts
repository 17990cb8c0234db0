/** What a replica copies: a {@link RedisServer}, or a `FaultProxy` before one. */
export interface RedisMaster {
  /** On 127.0.0.1. */
  readonly port: number;
}

/** A Redis server that belongs to the test that started it. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`: stays the same over {@link RedisServer.restart}. */
  readonly url: string;
  readonly port: number;
  /** The server process, new after a restart. `undefined` for a server named by the environment. */
  readonly pid: number | undefined;
  /** Ends the server and deletes its data. May be called twice. */
  stop(): Promise<void>;
  /**
   * Ends the server by a signal and returns once it is gone. Its last snapshot stays.
   *
   * @param signal - Default `SIGKILL`. One that does not end a server throws `TIMED_OUT` after 15 s.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Freezes the server (SIGSTOP): connections stay open and nothing answers. */
  pause(): void;
  /** Lets a frozen server go on (SIGCONT). */
  resume(): void;
  /**
   * Takes a snapshot now. No other snapshot is taken, unless a setting says so, except by
   * {@link RedisServer.restart} with `keepData`; so `save()`, and later `kill()` and
   * `restart({ keepData: true })`, bring this state back.
   */
  save(): Promise<void>;
  /** Deletes every key (FLUSHALL). The last snapshot stays. A replica throws `ORDER_REFUSED`. */
  flush(): Promise<void>;
  /**
   * Makes a replica a master (REPLICAOF NO ONE), with what it holds at this moment and a new
   * `master_replid`. What was its master is not told. Does nothing to a master.
   */
  promote(): Promise<void>;
  /**
   * Makes the server a replica of another one (REPLICAOF), in place of what it held, and returns
   * once it has a full copy.
   *
   * @param options - `to` is a {@link RedisServer}, or a `FaultProxy` before one, for a
   *   replica that falls behind. Without a copy after 15 s it throws `TIMED_OUT`; the server is a
   *   replica all the same.
   */
  demote(options: { to: RedisMaster }): Promise<void>;
  /**
   * Starts the server again on the same port: ends it first if it runs. A master comes back as a
   * master, whoever was promoted meanwhile, and a replica as a replica, which may not yet have
   * heard from its master.
   *
   * @param options - With `keepData` (default `false`) a running server saves a snapshot before it
   *   ends, and the new one loads it. One that was killed comes back with what it held at the last {@link RedisServer.save}.
   */
  restart(options?: { keepData?: boolean }): Promise<void>;
}
