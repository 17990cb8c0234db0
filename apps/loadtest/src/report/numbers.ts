/** Narrow, and no place to break a line. */
const thinSpace = "\u{202f}";
const nothing = "–";
const leastShown = 0.001;

/** Three figures: `0.853`, `12.3`, `1 230`. What is no amount is a dash. */
export function figures(value: number): string {
  if (!isAmount(value)) return nothing;
  if (value === 0) return "0";
  if (value < leastShown) return `<${thinSpace}${leastShown}`;
  const rounded = Number(value.toPrecision(3));
  return rounded < 1000 ? rounded.toPrecision(3) : grouped(rounded);
}

/** All figures of a whole number: `1 234 567`. */
export function count(value: number): string {
  return isAmount(value) ? grouped(Math.round(value)) : nothing;
}

/** An amount as an axis has it, without zeros at its end: `0.5`, `20`, `1 000`. */
export function plainFigures(value: number): string {
  if (!isAmount(value)) return nothing;
  const rounded = Number(value.toPrecision(3));
  return rounded < 1000 ? String(rounded) : grouped(rounded);
}

export function withUnit(value: string, unit: string): string {
  return `${value}${thinSpace}${unit}`;
}

export function percent(share: number): string {
  return share === 0 ? withUnit("0", "%") : withUnit(figures(share * 100), "%");
}

/** Three figures of a time, in the unit that suits it: `85.0 µs`, `1.24 ms`, `12.0 s`. */
export function duration(ms: number): string {
  return inUnitOfTime(ms, figures);
}

/** A time as an axis has it: `500 µs`, `1 ms`, `2 s`. */
export function plainDuration(ms: number): string {
  return inUnitOfTime(ms, plainFigures);
}

/** How long something took, for people: `41 s`, `12 min`, `3 h 5 min`. */
export function span(seconds: number): string {
  if (!isAmount(seconds)) return nothing;
  if (seconds < 120) return withUnit(seconds < 10 ? plainFigures(seconds) : count(seconds), "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return withUnit(count(minutes), "min");
  const hours = withUnit(count(Math.floor(minutes / 60)), "h");
  return minutes % 60 === 0 ? hours : `${hours} ${withUnit(count(minutes % 60), "min")}`;
}

/** For terminals, where a narrow space is as wide as any and may be missing. */
export function withPlainSpaces(text: string): string {
  return text.replaceAll(thinSpace, " ");
}

function inUnitOfTime(ms: number, format: (value: number) => string): string {
  if (!isAmount(ms)) return nothing;
  if (ms === 0) return withUnit("0", "ms");
  // Rounded first: 999.9 ms are a second.
  const rounded = Number(ms.toPrecision(3));
  if (rounded < 1) return withUnit(format(rounded * 1000), "µs");
  return rounded < 1000 ? withUnit(format(rounded), "ms") : withUnit(format(rounded / 1000), "s");
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function grouped(value: number): string {
  return value.toFixed(0).replaceAll(/\B(?=(?:\d{3})+$)/g, thinSpace);
}
