/** Also the extension of a file of it. */
export type SnippetLanguage = "ts" | "tsx";

/** A piece of TypeScript in the documentation. */
export interface Snippet {
  /** The file it stands in, from the root of the repository. */
  file: string;
  /** The line of its first line of code, from 1. */
  line: number;
  code: string;
  language: SnippetLanguage;
  /** Declarations it needs, by the name of a file in test/snippet-setups. */
  setup: string | undefined;
}

/** Something that looks like an example and that nobody checks. */
export interface SnippetProblem {
  file: string;
  line: number;
  message: string;
}

/** What a file holds. */
export interface FoundSnippets {
  snippets: Snippet[];
  problems: SnippetProblem[];
}

interface TextLine {
  text: string;
  line: number;
}

interface OpenBlock {
  fence: string;
  line: number;
  setup: string | undefined;
  /** Absent when it is none that a compiler of ours knows. */
  language: SnippetLanguage | undefined;
  code: string[];
}

const fenceStart = /^\s*(?<fence>`{3,})\s*(?<language>[^\s`]*)(?<info>[^`]*)$/;
const languages = new Map<string, SnippetLanguage>([
  ["ts", "ts"],
  ["typescript", "ts"],
  ["tsx", "tsx"],
]);
const setupWord = /(?:^|\s)setup=(?<name>[\w-]+)/;
/** A block that is a copy of a file, which is compiled, and run, where it stands. */
const fileWord = /(?:^|\s)file=\S+/;

/** Every block that starts with three backticks and `ts` or `tsx`. */
export function findInMarkdown(file: string, text: string): FoundSnippets {
  const lines = text.split("\n").map((line, index) => ({ text: line, line: index + 1 }));
  return findInLines(file, lines);
}

/** The same blocks, inside the documentation comments of a source file. */
export function findInSource(file: string, text: string): FoundSnippets {
  const found: FoundSnippets = { snippets: [], problems: [] };
  for (const comment of documentationComments(text)) {
    const inComment = findInLines(file, comment);
    found.snippets.push(...inComment.snippets);
    found.problems.push(...inComment.problems, ...examplesWithoutCode(file, comment));
  }
  return found;
}

function findInLines(file: string, lines: readonly TextLine[]): FoundSnippets {
  const snippets: Snippet[] = [];
  const problems: SnippetProblem[] = [];
  let open: OpenBlock | undefined;
  for (const { text, line } of lines) {
    if (open === undefined) {
      open = openBlock(text, line);
    } else if (text.trim() === open.fence) {
      const { language, setup } = open;
      if (language !== undefined) {
        snippets.push({ file, line: open.line + 1, code: open.code.join("\n"), language, setup });
      }
      open = undefined;
    } else {
      open.code.push(text);
    }
  }
  if (open !== undefined) {
    problems.push({ file, line: open.line, message: "the code block is not closed" });
  }
  return { snippets, problems };
}

/** Blocks of every language are followed to their end: one of Markdown may show one of TypeScript. */
function openBlock(text: string, line: number): OpenBlock | undefined {
  const { fence, language = "", info = "" } = fenceStart.exec(text)?.groups ?? {};
  if (fence === undefined) {
    return undefined;
  }
  const setup = setupWord.exec(info)?.groups?.["name"];
  const isCopy = fileWord.test(info);
  return { fence, line, setup, language: isCopy ? undefined : languages.get(language), code: [] };
}

/** The lines of each documentation comment, without the stars in front. */
function documentationComments(text: string): TextLine[][] {
  const comments: TextLine[][] = [];
  let open: TextLine[] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (open === undefined && /^\s*\/\*\*/.test(line) && !line.includes("*/")) {
      open = [];
    } else if (open !== undefined && line.includes("*/")) {
      comments.push(open);
      open = undefined;
    } else {
      open?.push({ text: line.replace(/^\s*\* ?/, ""), line: index + 1 });
    }
  }
  return comments;
}

function examplesWithoutCode(file: string, comment: readonly TextLine[]): SnippetProblem[] {
  return comment.flatMap(({ text, line }, index) => {
    if (!/^@example\b/.test(text)) {
      return [];
    }
    const next = comment.slice(index + 1).findIndex((later) => /^@\w/.test(later.text));
    const body = comment.slice(index + 1, next === -1 ? undefined : index + 1 + next);
    return body.some(({ text: start, line: at }) => openBlock(start, at)?.language !== undefined)
      ? []
      : [{ file, line, message: "the @example has no ts code block, so nothing checks it" }];
  });
}
