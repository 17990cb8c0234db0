import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const answerTimeoutMs = 120_000;
const endTimeoutMs = 12_000;
const maxComplaints = 20;

/** What a program answers to a question. */
type Reply =
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "failed"; readonly why: string };

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** The core that it is kept on; undefined: any. Takes `taskset`. */
  readonly cpu: number | undefined;
}

/** Whatever ends this process, none of these must outlive it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A program in a process of its own, that answers questions one at a time. */
export class AnsweringProcess<Question extends object> implements AsyncDisposable {
  readonly #what: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #complaints: string[] = [];

  /** @param program as a file URL. */
  constructor(program: string, { args = [], cpu }: ProgramOptions) {
    const nodeFlags = ["--conditions=@portcullis/source"];
    this.#what = [program.slice(program.lastIndexOf("/") + 1), ...args].join(" ");
    this.#child = fork(fileURLToPath(program), args, {
      ...(cpu === undefined
        ? { execArgv: nodeFlags }
        : {
            execPath: "taskset",
            execArgv: ["--cpu-list", String(cpu), process.execPath, ...nodeFlags],
          }),
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // Ctrl-C ends a run in order, by this process.
      detached: true,
    });
    const child = this.#child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints.push(text);
      this.#complaints.splice(0, this.#complaints.length - maxComplaints);
    });
    running.add(child);
    this.#ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      // Not "close", which never comes once this side has closed the channel.
      child.once("exit", (code, signal) => {
        running.delete(child);
        reject(this.#failure(`ended with ${signal ?? `code ${code}`}`));
      });
    });
    // It may end unasked, between two questions.
    this.#ended.catch(() => undefined);
  }

  /** @throws when it cannot answer, ends, or takes longer than two minutes. */
  async ask(question: Question): Promise<unknown> {
    const answered = once(this.#child, "message", {
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    answered.catch(() => undefined);
    this.#child.send(question);
    const [reply] = (await Promise.race([answered, this.#ended])) as [Reply];
    if (reply.kind === "failed") throw this.#failure(`failed: ${reply.why}`);
    return reply.value;
  }

  /** The end of its channel is its end; if it is not, it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), endTimeoutMs);
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended.catch(() => undefined);
    clearTimeout(timer);
  }

  #failure(what: string): Error {
    return new Error([`${this.#what} ${what}`, ...this.#complaints].join("\n"));
  }
}
