import { describe, expect, it } from "vitest";
import { readNewPassword } from "./new-password.ts";
import type { Terminal } from "./terminal.ts";

const nobody: Terminal = {
  isInteractive: false,
  isInputPiped: true,
  print: () => Promise.resolve(),
  complain: () => Promise.resolve(),
  ask: () => Promise.reject(new Error("There is nobody to ask")),
  askHidden: () => Promise.reject(new Error("There is nobody to ask")),
  readInput: () => Promise.resolve(Buffer.alloc(0)),
};

const piping = (input: Buffer | undefined): Terminal => ({
  ...nobody,
  readInput: () => Promise.resolve(input),
});

const answering = (answers: readonly string[] | undefined): Terminal => ({
  ...nobody,
  isInteractive: true,
  isInputPiped: false,
  askHidden: () => Promise.resolve(answers),
});

describe("a new password", () => {
  it.each([
    ["pass phrase\n", "pass phrase"],
    ["pass phrase\r\n", "pass phrase"],
    ["pass phrase", "pass phrase"],
    [" two\n\n", " two\n"],
  ])("piped in as %j is %j", async (input, password) => {
    expect(await readNewPassword(piping(Buffer.from(input)), true)).toEqual({
      kind: "given",
      password,
    });
  });

  it.each([
    ["too long", undefined],
    ["not UTF-8", Buffer.from([0x70, 0xff, 0x77])],
  ])("piped in is refused when it is %s", async (_what, input) => {
    expect(await readNewPassword(piping(input), true)).toMatchObject({
      code: "input_invalid",
      exitCode: 2,
    });
  });

  it("is asked for twice, and both have to be the same", async () => {
    const given = await readNewPassword(answering(["pass phrase", "pass phrase"]), false);
    expect(given).toEqual({ kind: "given", password: "pass phrase" });
    for (const answers of [["pass phrase", "pass phrasf"], undefined]) {
      expect(await readNewPassword(answering(answers), false)).toMatchObject({
        code: "not_confirmed",
        exitCode: 2,
      });
    }
  });

  it("is neither asked for where nobody is, nor read from a terminal that echoes", async () => {
    const usage = { code: "usage", exitCode: 2 };
    expect(await readNewPassword(nobody, false)).toMatchObject(usage);
    expect(await readNewPassword(answering([]), true)).toMatchObject(usage);
  });
});
