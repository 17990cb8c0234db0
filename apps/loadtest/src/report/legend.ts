import { type Html, html } from "./html.ts";
import { plotColors } from "./plot.ts";

const firstLetter = 65;
const letters = 26;

/** What the letters at the ends of lines stand for; nothing where there is one line. */
export function legend(names: readonly string[]): Html | undefined {
  if (names.length < 2) return undefined;
  const entries = names.map((name, index) => {
    const color = colorOf(index);
    return html`<span
      ><svg class="key" viewBox="0 0 14 4" aria-hidden="true">
        <path d="M0 2H14" stroke="${color}" stroke-width="3" /></svg
      ><b>${letterOf(index)}</b> ${name}</span
    >`;
  });
  return html`<span class="legend">${entries}</span>`;
}

/** Numbers are taken: they are in the names of runs. */
export function letterOf(index: number): string {
  return String.fromCodePoint(firstLetter + (index % letters));
}

export function colorOf(index: number): string {
  return plotColors.series[index % plotColors.series.length] ?? plotColors.ink;
}
