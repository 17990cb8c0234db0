/** What a template makes of a mail. */
export interface RenderedMail {
  /** Shown as one line; what is longer than 150 characters is cut. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A paragraph, a link that is worth one, or facts in lines of their own. */
export type Block =
  | string
  | { readonly label: string; readonly link: string }
  | { readonly facts: Readonly<Record<string, string>> };

/**
 * Writes the same mail as text and as HTML. The HTML has no colours, so that it is as dark as its
 * reader, and nothing that is loaded.
 */
export function layOut(subject: string, blocks: readonly Block[]): RenderedMail {
  return { subject, text: blocks.map(toText).join("\n\n"), html: toPage(subject, blocks) };
}

function toText(block: Block): string {
  if (typeof block === "string") return block;
  if ("link" in block) return `${block.label}:\n${block.link}`;
  return Object.entries(block.facts)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function toPage(subject: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 36em">
${blocks.map((block) => `<p>${toHtml(block)}</p>`).join("\n")}
</body>
</html>
`;
}

function toHtml(block: Block): string {
  if (typeof block === "string") return escapeHtml(block);
  if ("link" in block) {
    const link = escapeHtml(block.link);
    // Readers whose program does not let them follow links can copy it.
    return `<a href="${link}">${escapeHtml(block.label)}</a><br>\n${link}`;
  }
  return Object.entries(block.facts)
    .map(([name, value]) => `${escapeHtml(name)}: ${escapeHtml(value)}`)
    .join("<br>\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
