import type { Verdict } from "./run-spin.ts";

/** A rule of the protocol, and what spin says of the protocol without it. */
export interface Rule {
  /** NO_RULE_<name> in the model leaves it out. */
  readonly name: string;
  readonly configuration: string;
  readonly expected: Verdict;
  /** Rules left out with it, which would otherwise do its work. */
  readonly together: readonly string[];
}

function needed(configuration: string, ...names: readonly string[]): Rule[] {
  return names.map((name) => ({ name, configuration, expected: "violated", together: [] }));
}

/** Nothing in the model breaks without them; docs/model.md says why they are there. */
function spare(configuration: string, ...names: readonly string[]): Rule[] {
  return names.map((name) => ({ name, configuration, expected: "holds", together: [] }));
}

/** Each does the other's work as well: one may be missing, but not both. */
function neededTogether(configuration: string, one: string, other: string): Rule[] {
  return [
    ...spare(configuration, one, other),
    { name: one, configuration, expected: "violated", together: [other] },
  ];
}

/** In the short form: what their loss breaks is found within a second. */
export const shortRules: ReadonlySet<string> = new Set([
  "FENCE_DELETES_TOKENS",
  "CONTENDED",
  "LOCK_BEFORE_FENCE",
  "UNKNOWN_COMMIT_TOUCHES_NOTHING",
  "LIST_AFTER_FENCE",
  "JOIN_MARKS",
]);

export const rules: readonly Rule[] = [
  ...needed("replica", "CHECK_ROLE"),
  ...needed("restart", "CHECK_REPLID"),
  ...needed("flush", "CHECK_MARKER"),
  ...needed(
    "races",
    "READ_HEEDS_FENCES",
    "FENCE_DELETES_VALUE",
    "FENCE_DELETES_TOKENS",
    "CONTENDED",
    "CONTENDED_STAYS",
    "PUBLISH_NEEDS_FENCE",
    "PUBLISH_AFTER_COMMIT",
    "FILL_NEEDS_TOKEN",
    "RESOLVE_ASKS_FOR_THE_LOCK",
    "LOCK_BEFORE_FENCE",
    "UNKNOWN_COMMIT_TOUCHES_NOTHING",
  ),
  ...spare("races", "PUBLISHED_ROW_IS_READ_AFTER_COMMIT"),
  ...needed("silent", "FENCE_NEEDS_REPLY"),
  ...needed("deaf", "LIST_AFTER_FENCE"),
  ...needed(
    "near",
    "OWN_NODE_DRAINS",
    "DRAIN_WAITS",
    "INVALIDATE_DROPS",
    "INVALIDATE_MARKS",
    "INSERT_NEEDS_UNMARKED",
    "FENCED_ROW_IS_NOT_KEPT",
  ),
  ...needed(
    "silent",
    "NEAR_NEEDS_BELIEF",
    "VALIDITY_COUNTS_FROM_THE_QUESTION",
    "EVICTION_WAITS",
    "EVICTION_WAITS_FROM_THE_REPLY",
  ),
  ...neededTogether("silent", "EVICTED_NODE_ENDS_ITS_NEAR_CACHE", "NEAR_NEEDS_LISTING"),
  ...spare("silent", "EVICTED_NODE_EMPTIES"),
  ...needed("silent for two", "EVICTED_ROW_STAYS"),
  ...needed("lost eviction", "EVICTION_HAS_A_MARK"),
  ...needed("deaf", "JOIN_INSERTS_FIRST", "JOIN_EMPTIES", "JOIN_MARKS", "LEAVING_EMPTIES_FIRST"),
  ...needed("bypass", "NEW_EPOCH_EMPTIES"),
  ...spare("flush", "HIT_NEEDS_BELIEF"),
  ...neededTogether("bypass", "NEW_EPOCH_MARKS", "INSERT_NEEDS_BELIEF"),
  ...spare("lost bypass", "EPOCH_CHANGE_COMPARES_NONCE"),
  ...needed("flush", "WRITER_HOLDS_EPOCH", "EPOCH_IS_HELD_TO_THE_COMMIT"),
  ...needed("bypass", "UNSETTLED_EPOCH_WAITS", "BYPASS_STARTS_UNSETTLED"),
  ...needed("two masters", "ADOPTION_STARTS_UNSETTLED"),
  ...needed("lost bypass", "BYPASS_HAS_A_NONCE"),
  ...needed("lost join", "HELD_EPOCH_IS_ON_TIMELINE"),
  ...needed("lost adoption", "HELD_EPOCH_IS_SAME_NONCE"),
  ...needed(
    "lost adoption out of bypass",
    "SAME_EPOCH_IS_SAME_NONCE",
    "ADOPTION_IS_SETTLED_ONLY_ON_THE_TIMELINE",
  ),
  ...spare("failover", "BELIEF_NEEDS_TIMELINE"),
];
