import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTerminal } from "./terminal.ts";

/** A person at a terminal: `type` sends keys as raw mode has them. */
function sitDown() {
  const modes: string[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void modes.push(isRaw ? "raw" : "cooked"),
  });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = new PassThrough();
  let seen = "";
  stderr.on("data", (chunk) => {
    if (!seen.includes("?") && String(chunk).includes("?")) modes.push("question");
    seen += String(chunk);
  });
  return {
    terminal: createTerminal({ stdin, stdout, stderr }),
    modes,
    seen: () => seen,
    type: (keys: string) => void stdin.write(keys),
    leave: () => void stdin.end(),
    waitFor: (text: string) => expect.poll(() => seen).toContain(text),
  };
}

describe("a hidden answer", () => {
  it("V6.2.6 is not shown, and the terminal does not echo by itself from the first question on", async () => {
    const { terminal, modes, seen, type, waitFor } = sitDown();
    const answers = terminal.askHidden(["First? ", "Second? "]);
    await waitFor("First?");
    type("find-me-1\r");
    await waitFor("Second?");
    type("find-me-2\r");
    expect(await answers).toEqual(["find-me-1", "find-me-2"]);
    expect(seen()).toBe("First? \nSecond? \n");
    expect(modes).toEqual(["raw", "question", "cooked"]);
  });

  it("may be pasted with the next one", async () => {
    const { terminal, type, waitFor } = sitDown();
    const answers = terminal.askHidden(["First? ", "Second? "]);
    await waitFor("First?");
    type("one\rtwo\r");
    expect(await answers).toEqual(["one", "two"]);
  });
});

describe("a question", () => {
  it("shows what is typed, and can be corrected", async () => {
    const { terminal, seen, type, waitFor } = sitDown();
    const answer = terminal.ask("Sure? ");
    await waitFor("Sure?");
    type("nx\u007F\r");
    expect(await answer).toBe("n");
    expect(seen()).toContain("n");
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("is not answered by %s", async (_name, key) => {
    const { terminal, modes, type, waitFor } = sitDown();
    const answer = terminal.ask("Sure? ");
    await waitFor("Sure?");
    type(key);
    expect(await answer).toBeUndefined();
    expect(modes.at(-1)).toBe("cooked");
  });

  it("is not answered by somebody who leaves", async () => {
    const { terminal, leave, waitFor } = sitDown();
    const answers = terminal.askHidden(["Sure? "]);
    await waitFor("Sure?");
    leave();
    expect(await answers).toBeUndefined();
  });
});

describe("piped input", () => {
  it("is taken whole, up to its bound", async () => {
    const { terminal, type, leave } = sitDown();
    type("two\nlines\n");
    leave();
    expect(String(await terminal.readInput(10))).toBe("two\nlines\n");
  });

  it("is refused above its bound", async () => {
    const { terminal, type } = sitDown();
    type("eleven byte");
    expect(await terminal.readInput(10)).toBeUndefined();
  });
});
