import { type Html, html, type HtmlPart } from "./html.ts";

/** Plots are drawn twice: letters of one that is made smaller could not be read on a phone. */
const widthsPx = {
  whole: { wide: 860, narrow: 340 },
  half: { wide: 496, narrow: 340 },
} as const;

export interface Figure {
  readonly title: string;
  /** What is to be seen, in words. */
  readonly caption: HtmlPart;
  readonly width: keyof typeof widthsPx;
  readonly draw: (widthPx: number) => Html;
  /** What was drawn. */
  readonly figures: Html;
}

export function figure({ title, caption, width, draw, figures }: Figure): Html {
  const { wide, narrow } = widthsPx[width];
  return html`<figure class="${width}">
    <h3>${title}</h3>
    <div class="plot on-wide">${draw(wide)}</div>
    <div class="plot on-narrow">${draw(narrow)}</div>
    <figcaption>${caption}</figcaption>
    <details>
      <summary>The figures of this plot<span class="hidden">: ${title}</span></summary>
      ${figures}
    </details>
  </figure>`;
}
