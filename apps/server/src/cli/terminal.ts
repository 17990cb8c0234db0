import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Where a command reads and writes. */
export interface Terminal {
  /** Is there somebody to ask? */
  readonly isInteractive: boolean;
  /** Does the input come from a file or another program? */
  readonly isInputPiped: boolean;
  /** Writes what was asked for; resolves when it is on its way. */
  print(text: string): Promise<void>;
  /** Writes what people have to know besides. */
  complain(text: string): Promise<void>;
  /** @returns the line typed; `undefined` when there was none, or Ctrl-C instead. */
  ask(question: string): Promise<string | undefined>;
  /** Asks one question after the other. Nothing that is typed from the first to the last is shown. */
  askHidden(questions: readonly string[]): Promise<readonly string[] | undefined>;
  /** All that is piped in; `undefined` when it is more than `maxBytes`. */
  readInput(maxBytes: number): Promise<Buffer | undefined>;
}

/** The streams of a process, or of a test. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export function createTerminal({ stdin, stdout, stderr }: TerminalStreams): Terminal {
  /** The terminal is ours before the first question stands there, so that it echoes nothing itself. */
  async function readLines(
    questions: readonly string[],
    visibility: "hidden" | "shown",
  ): Promise<readonly string[] | undefined> {
    const output = visibility === "shown" ? stderr : nowhere();
    const reader = createInterface({ input: stdin, output, terminal: true, historySize: 0 });
    // Ctrl-C ends the lines as the end of the input does.
    reader.once("SIGINT", () => reader.close());
    const lines = reader[Symbol.asyncIterator]();
    const answers: string[] = [];
    try {
      for (const question of questions) {
        reader.setPrompt(question);
        reader.prompt();
        if (visibility === "hidden") await write(stderr, question);
        const line = await lines.next();
        // What ended the line was not shown.
        if (visibility === "hidden" || line.done === true) await write(stderr, "\n");
        if (line.done === true) return undefined;
        answers.push(line.value);
      }
      return answers;
    } finally {
      reader.close();
    }
  }

  return {
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    isInputPiped: stdin.isTTY !== true,
    print: (text) => write(stdout, text),
    complain: (text) => write(stderr, text),
    ask: async (question) => (await readLines([question], "shown"))?.[0],
    askHidden: (questions) => readLines(questions, "hidden"),
    async readInput(maxBytes) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of stdin) {
        const buffer = Buffer.from(chunk);
        bytes += buffer.length;
        if (bytes > maxBytes) return undefined;
        chunks.push(buffer);
      }
      return Buffer.concat(chunks);
    },
  };
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Where readline echoes what is typed when it is not to be seen. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, written) => written() });
}
