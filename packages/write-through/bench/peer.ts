import { Child } from "./child.ts";
import type { PostServers } from "./posts.ts";

export interface PeerQuestion {
  readonly servers: PostServers;
  /** The rows to keep. */
  readonly ids: readonly string[];
}

export interface PeerAnswer {
  readonly rowsInMemory: number;
}

/** Another process that keeps the rows of a database in its memory. */
export class Peer extends Child<PeerQuestion, PeerAnswer> {
  readonly #question: PeerQuestion;

  private constructor(question: PeerQuestion) {
    super("peer-main.ts");
    this.#question = question;
  }

  /** Resolves when it has all the rows. */
  static async start(servers: PostServers, ids: readonly string[]): Promise<Peer> {
    const peer = new Peer({ servers, ids });
    const rows = await peer.rowsInMemory();
    if (rows === ids.length) return peer;
    await peer[Symbol.asyncDispose]();
    throw new Error(`A process keeps ${rows} rows rather than ${ids.length}`);
  }

  async rowsInMemory(): Promise<number> {
    return (await this.ask(this.#question)).rowsInMemory;
  }
}
