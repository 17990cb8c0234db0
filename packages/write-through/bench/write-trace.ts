import type { LogEvent } from "kysely";
import type { CacheStore } from "../src/index.ts";
import { median } from "./spread.ts";

/** Medians over the traced writes, in ns. */
export interface TracedParts {
  /** What was waited for, one after the other. */
  readonly parts: readonly { readonly name: string; readonly ns: number }[];
  readonly totalNs: number;
}

const statements: readonly (readonly [RegExp, string])[] = [
  [/^(begin|start transaction)/i, "BEGIN"],
  [/pg_advisory_xact_lock/, "lock of the fence"],
  [/"portcullis"."authority".*for key share/s, "epoch and nodes, FOR KEY SHARE"],
  [/^update "post"/, "UPDATE"],
  [/^commit/i, "COMMIT"],
  [/^select \* from "post"/, "SELECT of the row as committed"],
];

/** How long the parts of writes take, seen from where Postgres and Redis are asked. */
export class WriteTrace {
  /** Of the write under way; undefined while nothing is traced. */
  #parts: Map<string, number> | undefined;

  /** For the database of the writer. */
  readonly log = ({ query, queryDurationMillis }: LogEvent): void => {
    const [, name] = statements.find(([form]) => form.test(query.sql)) ?? [];
    if (name !== undefined) this.#add(name, queryDurationMillis * 1e6);
  };

  /** For the store of the writer. */
  readonly observe = (store: CacheStore): CacheStore => ({
    ...store,
    fence: (...args) => this.#timed("FENCE in Redis", store.fence(...args)),
    publish: (...args) => this.#timed("PUBLISH in Redis", store.publish(...args)),
  });

  /** Traces writes, one after the other. */
  async record(writes: readonly (() => Promise<void>)[]): Promise<TracedParts> {
    const times = new Map<string, number[]>();
    const totals: number[] = [];
    for (const write of writes) {
      const parts = new Map<string, number>();
      this.#parts = parts;
      const startNs = process.hrtime.bigint();
      await write();
      totals.push(Number(process.hrtime.bigint() - startNs));
      for (const [name, ns] of parts) times.set(name, [...(times.get(name) ?? []), ns]);
    }
    this.#parts = undefined;
    const parts = [...times].map(([name, values]) => ({ name, ns: median(values) }));
    return { parts, totalNs: median(totals) };
  }

  async #timed<T>(name: string, asked: Promise<T>): Promise<T> {
    const startNs = process.hrtime.bigint();
    const answer = await asked;
    this.#add(name, Number(process.hrtime.bigint() - startNs));
    return answer;
  }

  #add(name: string, ns: number): void {
    this.#parts?.set(name, ns + (this.#parts.get(name) ?? 0));
  }
}
