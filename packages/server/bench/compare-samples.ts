/** How far apart two samples are. */
export interface Comparison {
  /** Median of the second, less that of the first. */
  readonly gap: number;
  /** How likely samples of one and the same distribution are this far apart (Mann-Whitney U, two-sided). */
  readonly p: number;
}

export function compareSamples(first: readonly number[], second: readonly number[]): Comparison {
  return { gap: medianOf(second) - medianOf(first), p: mannWhitney(first, second) };
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** By the normal approximation, which is good from 20 values on; equal values share their ranks. */
function mannWhitney(first: readonly number[], second: readonly number[]): number {
  const [n, m] = [first.length, second.length];
  const { rankSum, tieTerm } = rank(first, second);
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (variance === 0) return 1;
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return Math.min(1, 2 * upperTail(distance / Math.sqrt(variance)));
}

/** The ranks of the first sample among both, added up, and what ties take from the variance. */
function rank(
  first: readonly number[],
  second: readonly number[],
): { rankSum: number; tieTerm: number } {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].toSorted((a, b) => a.value - b.value);
  let [rankSum, tieTerm] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from + 1;
    while (all[to]?.value === all[from]?.value && to < all.length) to += 1;
    const ties = to - from;
    const shared = (from + 1 + to) / 2;
    rankSum += shared * all.slice(from, to).filter(({ isFirst }) => isFirst).length;
    tieTerm += ties ** 3 - ties;
    from = to;
  }
  return { rankSum, tieTerm };
}

/** P(Z > z) of the standard normal distribution, within 1e-7 (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
