import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const answerTimeoutMs = 180_000;
const endTimeoutMs = 15_000;

/** A program of this folder in a process of its own, that answers questions one at a time. */
export class Child<Question extends object, Answer> implements AsyncDisposable {
  readonly #program: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param nodeFlags beside the one that lets it run sources. */
  constructor(program: string, nodeFlags: readonly string[] = []) {
    this.#program = program;
    this.#process = fork(fileURLToPath(new URL(program, import.meta.url)), {
      execArgv: ["--conditions=@portcullis/source", ...nodeFlags],
    });
    this.#ended = once(this.#process, "exit");
  }

  async ask(question: Question): Promise<Answer> {
    const over = AbortSignal.timeout(answerTimeoutMs);
    const answer = once(this.#process, "message", { signal: over });
    const end = this.#ended.then(() => {
      throw new Error(`${this.#program} ended before it had answered`);
    });
    this.#process.send(question);
    const [message] = (await Promise.race([answer, end])) as [Answer];
    return message;
  }

  /** The end of its channel is the end of the child; if it is not, it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), endTimeoutMs);
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended;
    clearTimeout(timer);
  }
}
