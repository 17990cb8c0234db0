import { nameOf } from "../row-key.ts";

/** A read under way whose answer may be kept, unless it is marked meanwhile. */
export interface Ticket {
  readonly key: string;
  /** Its key was invalidated, or all were, since the read began: its answer may be old. */
  isMarked: boolean;
}

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
  /** It was read since the last look for something to remove. */
  isUsed: boolean;
}

/** What an entry costs beside its text: the map's slot, the key, the entry. A measured estimate. */
const overheadBytes = 300;

/**
 * Rows in the memory of this process, by key. It knows nothing of when they may be used: whoever
 * reads from it asks the lease in the same turn.
 *
 * Bounded by bytes. To make room, the oldest entry that was not read lately goes first, so that
 * many keys read once do not drive out those read often.
 */
export class NearCache {
  readonly #maxBytes: number;
  /** By key, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  /** By table and id: to make a key and hash it takes longer than to look up twice. */
  readonly #tables = new Map<string, Map<string, Entry>>();
  readonly #tickets = new Map<string, Set<Ticket>>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(table: string, id: string): unknown {
    const entry = this.#tables.get(table)?.get(id);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  /** Begins a read of a key whose answer is to be kept; every ticket is given back by `end`. */
  begin(key: string): Ticket {
    const ticket: Ticket = { key, isMarked: false };
    const underWay = this.#tickets.get(key);
    if (underWay === undefined) this.#tickets.set(key, new Set([ticket]));
    else underWay.add(ticket);
    return ticket;
  }

  end(ticket: Ticket): void {
    const underWay = this.#tickets.get(ticket.key);
    underWay?.delete(ticket);
    if (underWay?.size === 0) this.#tickets.delete(ticket.key);
  }

  /** Keeps the answer of a read, unless its ticket was marked. */
  insert(ticket: Ticket, value: unknown, textBytes: number): void {
    const bytes = textBytes + overheadBytes;
    if (ticket.isMarked || bytes > this.#maxBytes) return;
    this.#remove(ticket.key);
    this.#add(ticket.key, { value, bytes, isUsed: false });
    this.#makeRoom();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Calls `wake`, which must not throw, when one of the keys is dropped; until the answer is called. */
  watch(keys: readonly string[], wake: () => void): () => void {
    for (const key of keys) {
      const watchers = this.#watchers.get(key);
      if (watchers === undefined) this.#watchers.set(key, new Set([wake]));
      else watchers.add(wake);
    }
    return () => {
      for (const key of keys) {
        const watchers = this.#watchers.get(key);
        watchers?.delete(wake);
        if (watchers?.size === 0) this.#watchers.delete(key);
      }
    };
  }

  drop(keys: readonly string[]): void {
    for (const key of keys) {
      this.#remove(key);
      const underWay = this.#tickets.get(key);
      if (underWay !== undefined) for (const ticket of underWay) ticket.isMarked = true;
      const watchers = this.#watchers.get(key);
      if (watchers !== undefined) for (const wake of watchers) wake();
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#tables.clear();
    this.#bytes = 0;
    for (const underWay of this.#tickets.values()) {
      for (const ticket of underWay) ticket.isMarked = true;
    }
    for (const watchers of this.#watchers.values()) for (const wake of watchers) wake();
  }

  #add(key: string, entry: Entry): void {
    const { table, id } = nameOf(key);
    const rows = this.#tables.get(table);
    if (rows === undefined) this.#tables.set(table, new Map([[id, entry]]));
    else rows.set(id, entry);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const { table, id } = nameOf(key);
    this.#tables.get(table)?.delete(id);
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  /** A map lists its oldest first; an entry that was read goes to the end for a second chance. */
  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (entry.isUsed) {
        entry.isUsed = false;
        this.#entries.delete(key);
        this.#entries.set(key, entry);
      } else {
        this.#remove(key);
      }
    }
  }
}
