import type { Transaction } from "kysely";
import type { BenchContext } from "./bench-context.ts";
import type { Breakdown, Section } from "./comparison.ts";
import { Peer } from "./peer.ts";
import {
  openPosts,
  preparePosts,
  shuffled,
  tableName,
  type BenchTables,
  type CachedPosts,
  type PostServers,
} from "./posts.ts";
import { compareTimes, runRounds, type Contestant } from "./rounds.ts";
import { WriteTrace, type TracedParts } from "./write-trace.ts";

const sizes = {
  full: { operations: 25, rounds: 60, warmUpRounds: 6, traced: 200 },
  short: { operations: 5, rounds: 5, warmUpRounds: 1, traced: 5 },
};

const names = {
  transaction: "BEGIN, UPDATE, COMMIT",
  one: "cache.write, 1 node",
  three: "cache.write, 3 nodes",
};

/**
 * Writes of one row that the other nodes have in memory, one at a time, against the same UPDATE in a
 * transaction. Each row is written once, so that the others have it each time.
 */
export async function benchWrite(context: BenchContext): Promise<Section> {
  const { operations, rounds, warmUpRounds, traced } = context.isShort ? sizes.short : sizes.full;
  const written = (rounds + warmUpRounds) * operations;
  const count = written + traced;

  await using stack = new AsyncDisposableStack();
  const open = async (keyPrefix: string): Promise<Nodes> => {
    const postgresUrl = await context.createDatabase();
    const servers = { postgresUrl, redisUrl: context.redisUrl, keyPrefix };
    const ids = shuffled(await preparePosts(postgresUrl, count));
    const trace = new WriteTrace();
    const { observe, log } = trace;
    const writer = stack.use(await openPosts({ servers, observe, log }));
    await writer.readAll(ids);
    return { servers, ids, trace, writer };
  };
  const plain = await open("bench_write_plain");
  const one = await open("bench_write_one");
  const three = await open("bench_write_three");
  const peers: Peer[] = [];
  for (let peer = 0; peer < 2; peer += 1) {
    peers.push(stack.use(await Peer.start(three.servers, three.ids)));
  }

  const writes = [
    { name: names.transaction, nodes: plain, write: writePlainly },
    { name: names.one, nodes: one, write: writeThrough },
    { name: names.three, nodes: three, write: writeThrough },
  ];
  const times = await runRounds(
    writes.map(({ name, nodes, write }) => contestant(name, nodes, operations, write)),
    { rounds, warmUpRounds, operations, progress: context.progress },
  );
  const traces: TracedParts[] = [];
  for (const { nodes, write } of writes) {
    const ids = nodes.ids.slice(written);
    traces.push(await nodes.trace.record(ids.map((id) => () => write(nodes.writer, id))));
  }
  for (const peer of peers) {
    const rows = await peer.rowsInMemory();
    if (rows !== 0) throw new Error(`${rows} of ${count} written rows are kept by another process`);
  }

  const group = "write";
  const against = names.transaction;
  return {
    comparisons: [
      compareTimes(times, {
        group,
        what: names.three,
        against,
        aims: [{ of: "ratio", below: 3 }],
      }),
      compareTimes(times, { group, what: names.one, against }),
    ],
    breakdown: breakdownOf(
      writes.map(({ name }) => name),
      traces,
    ),
    troubles: [one, three].flatMap(({ writer }) => writer.troubles),
  };
}

/** Writes the next rows each round. */
function contestant(
  name: string,
  { ids, writer }: Nodes,
  operations: number,
  write: Write,
): Contestant {
  let written = 0;
  return {
    name,
    async run() {
      for (const id of ids.slice(written, written + operations)) await write(writer, id);
      written += operations;
    },
  };
}

function breakdownOf(columns: readonly string[], traces: readonly TracedParts[]): Breakdown {
  const rowOf = (part: string, ns: (trace: TracedParts) => number | undefined) => ({
    part,
    ns: traces.map((trace) => ns(trace)),
  });
  const longest = traces.toSorted((one, other) => other.parts.length - one.parts.length)[0];
  return {
    title: "What a write waits for, one after the other",
    columns,
    rows: [
      ...(longest?.parts ?? []).map(({ name }) =>
        rowOf(name, ({ parts }) => parts.find((part) => part.name === name)?.ns),
      ),
      rowOf("acknowledgements, and all else", ({ parts, totalNs }) =>
        parts.reduce((left, { ns }) => left - ns, totalNs),
      ),
      rowOf("in all", ({ totalNs }) => totalNs),
    ],
  };
}

/** The nodes of one database, of which this process is one. */
interface Nodes {
  readonly servers: PostServers;
  readonly ids: readonly string[];
  readonly trace: WriteTrace;
  readonly writer: CachedPosts;
}

type Write = (writer: CachedPosts, id: string) => Promise<void>;

async function writePlainly({ database }: CachedPosts, id: string): Promise<void> {
  await database.transaction().execute((transaction) => update(transaction, id));
}

async function writeThrough({ cache, posts }: CachedPosts, id: string): Promise<void> {
  await cache.write([posts.key(id)], (transaction) => update(transaction, id));
}

async function update(transaction: Transaction<BenchTables>, id: string): Promise<void> {
  await transaction.updateTable(tableName).set({ title: "Written" }).where("id", "=", id).execute();
}
