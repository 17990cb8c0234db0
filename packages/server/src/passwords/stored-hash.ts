/**
 * Whether a hash from the database may be computed: Argon2id, within these costs. A row with a
 * memory cost of 4 GiB would otherwise take the machine down at the next login.
 */
export function isAcceptableHash(phc: string): boolean {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d)\$[A-Za-z0-9+/]{22,64}\$[A-Za-z0-9+/]{43,86}$/.exec(
      phc,
    );
  if (match === null) return false;
  const [memoryKib, passes, lanes] = match.slice(1).map(Number);
  return isWithin(memoryKib, 19_456, 262_144) && isWithin(passes, 2, 10) && isWithin(lanes, 1, 4);
}

function isWithin(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
