import { type Html, html, type HtmlPart } from "./html.ts";

export interface Column {
  readonly name: HtmlPart;
  /** Of all its figures. */
  readonly unit?: string;
  readonly align?: "text" | "figure";
}

export interface Row {
  readonly cells: readonly HtmlPart[];
  /** Of the row above it. */
  readonly isPart?: boolean;
  /** Its figures are not to be believed. */
  readonly isDoubtful?: boolean;
}

/** A table that scrolls by itself where it is wider than the page. The first cell names its row. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Row[],
  isCaptionShown = false,
): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${caption}">
    <table>
      ${
        isCaptionShown
          ? html`<caption>
              ${caption}
            </caption>`
          : undefined
      }
      <thead>
        <tr>
          ${columns.map((column, index) => headCell(column, index))}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => bodyRow(row, columns))}
      </tbody>
    </table>
  </div>`;
}

function headCell({ name, unit, align = "figure" }: Column, index: number): Html {
  const unitPart = unit === undefined ? undefined : html` <small>${unit}</small>`;
  return html`<th scope="col" class="${index === 0 ? "text" : align}">${name}${unitPart}</th>`;
}

function bodyRow({ cells, isPart, isDoubtful }: Row, columns: readonly Column[]): Html {
  const style = isPart === true ? "part" : isDoubtful === true ? "doubtful" : "";
  const [name, ...others] = cells;
  return html`<tr class="${style}">
    <th scope="row" class="text">${name}</th>
    ${others.map((cell, index) => html`<td class="${columns[index + 1]?.align ?? "figure"}">${cell}</td>`)}
  </tr>`;
}
