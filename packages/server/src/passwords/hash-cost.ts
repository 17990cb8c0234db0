/** What one Argon2id hash costs. */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * The least is the first choice of OWASP's cheat sheet. The most is what one login may cost: a row
 * that asks for 4 GiB would take the machine down.
 */
export const hashCostBounds = {
  memoryKib: { least: 19_456, most: 262_144 },
  passes: { least: 2, most: 10 },
  lanes: { least: 1, most: 4 },
} as const;

export function isWithinBounds(cost: HashCost): boolean {
  const isWithin = (part: keyof HashCost): boolean =>
    cost[part] >= hashCostBounds[part].least && cost[part] <= hashCostBounds[part].most;
  return isWithin("memoryKib") && isWithin("passes") && isWithin("lanes");
}

/** Whether any part of a cost is below that of the present one. */
export function isCheaper(cost: HashCost, present: HashCost): boolean {
  return (
    cost.memoryKib < present.memoryKib || cost.passes < present.passes || cost.lanes < present.lanes
  );
}

/**
 * The cost of a further hash that together with one of `cost` is as much work as one of `present`,
 * where work is memory times passes; undefined if nothing is missing. It takes no more memory than
 * the present cost does.
 */
export function fillerCost(cost: HashCost, present: HashCost): HashCost | undefined {
  const missing = present.memoryKib * present.passes - cost.memoryKib * cost.passes;
  if (missing <= 0) return undefined;
  const passes = Math.ceil(missing / present.memoryKib);
  // Argon2 takes no less than 8 KiB a lane (RFC 9106, section 3.1).
  const memoryKib = Math.max(Math.round(missing / passes), 8 * present.lanes);
  return { memoryKib, passes, lanes: present.lanes };
}
