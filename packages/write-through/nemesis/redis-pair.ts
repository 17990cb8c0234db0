import {
  startFaultProxy,
  startRedis,
  type FaultProxy,
  type RedisServer,
} from "@portcullis/test-servers";

interface Member {
  readonly server: RedisServer;
  /** Before the server: its replica copies it through this, so that it can fall behind. */
  readonly replicationLink: FaultProxy;
}

/** A Redis master and its replica, which change places. */
export class RedisPair implements AsyncDisposable {
  #master: Member;
  #replica: Member;
  readonly #started: AsyncDisposableStack;

  private constructor(master: Member, replica: Member, started: AsyncDisposableStack) {
    this.#master = master;
    this.#replica = replica;
    this.#started = started;
  }

  static async start(): Promise<RedisPair> {
    await using starting = new AsyncDisposableStack();
    const member = async (master?: Member): Promise<Member> => {
      const replicaOf = master && { replicaOf: master.replicationLink };
      const server = starting.use(await startRedis(replicaOf));
      return { server, replicationLink: starting.use(await startFaultProxy({ target: server })) };
    };
    const master = await member();
    const replica = await member(master);
    return new RedisPair(master, replica, starting.move());
  }

  get master(): RedisServer {
    return this.#master.server;
  }

  get replica(): RedisServer {
    return this.#replica.server;
  }

  /** From now on the replica misses what is written. */
  holdReplication(): void {
    this.#master.replicationLink.blackHole();
  }

  /** A second master; the first one is not told. */
  async promoteReplica(): Promise<void> {
    await this.#replica.server.promote();
  }

  /** The old master becomes a replica of the one that was promoted. */
  async demoteMaster(): Promise<void> {
    this.#master.replicationLink.heal();
    await this.#master.server.demote({ to: this.#replica.replicationLink });
    [this.#master, this.#replica] = [this.#replica, this.#master];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#started.disposeAsync();
  }
}
