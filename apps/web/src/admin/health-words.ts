import type { ServiceHealth } from "@portcullis/app-server/contract";
import type { Tone } from "../ui/notice.tsx";

interface CacheState {
  readonly title: string;
  /** What it means for those who are signed in. */
  readonly meaning: string;
  readonly tone: Tone;
}

/** What the state of a node's cache means. */
export function describeCache({
  cache,
  redis,
}: Pick<ServiceHealth, "cache" | "redis">): CacheState {
  switch (cache.kind) {
    case "cached":
      return {
        title: "The cache is in use",
        meaning:
          redis === "not_used"
            ? "Tokens are checked from the memory of this process. A revocation waits until it is out of there."
            : "Tokens are checked from memory. A revocation waits until no process has the old rows in its own.",
        tone: "good",
      };
    case "bypass":
      return {
        title: "The cache is passed by",
        meaning:
          "No Redis can be trusted at the moment, so each check asks Postgres: slower, and just as strict.",
        tone: "warn",
      };
    case "uncached":
      return {
        title: "The cache is not in use",
        meaning:
          "This node has not heard from Postgres for a lease. Without its word nothing from memory counts: each check asks Postgres, or is refused.",
        tone: "bad",
      };
  }
}

const eventWords: Readonly<Record<string, string>> = {
  store_failed: "The store did not answer; reads went to Postgres",
  stranger: "Another store answered than the trusted one",
  adopted: "A store was made the trusted one, and a new epoch began",
  adoption_failed: "The store that is there cannot be trusted; it is tried again",
  bypassed: "An epoch without a store began; reads go to Postgres",
  evicted: "A process that did not answer was taken off the list",
  joined: "This process joined those that keep rows in memory",
  left: "This process left those that keep rows in memory",
  join_failed: "This process could not join those that keep rows in memory",
  leave_failed: "This process could not leave those that keep rows in memory",
  renewal_failed: "Postgres could not be asked whether the cache still holds",
  corrupt_value: "A foreign value in the store was removed",
  value_too_large: "A row is too large to be kept",
  fence_resolved: "The fence of a writer that is gone was removed",
  resolve_failed: "The fence of a writer that is gone could not be judged yet",
  publish_failed: "A written row did not reach the store; it is read from Postgres",
  audit_difference: "A cache and Postgres differ: look into it",
  audit_failed: "A read could not be compared with Postgres",
  rollback_failed: "A transaction was rolled back only as its connection ended",
};

/** What happened in a cache. Of a kind that this page does not know it says the name. */
export function describeCacheEvent(kind: string): string {
  return eventWords[kind] ?? kind.replaceAll("_", " ");
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** A length of time in its two largest units: "2 h 5 min". */
export function sayDuration(seconds: number): string {
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first === -1) return "0 s";
  let rest = seconds;
  const parts: string[] = [];
  for (const [unit, length] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

const bytesOfKib = 1024;
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function sayBytes(bytes: number): string {
  if (bytes < bytesOfKib) return `${bytes} B`;
  if (bytes < bytesOfKib ** 2) return `${decimal.format(bytes / bytesOfKib)} KiB`;
  return `${decimal.format(bytes / bytesOfKib ** 2)} MiB`;
}

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

/** The part of the whole; of nothing there is none. */
export function sayShare(part: number, whole: number): string {
  return whole === 0 ? "–" : percent.format(part / whole);
}
