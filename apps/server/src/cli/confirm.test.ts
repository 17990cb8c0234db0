import { expect, it } from "vitest";
import { refuseUnlessConfirmed } from "./confirm.ts";
import type { Terminal } from "./terminal.ts";

function terminalOf(answer: string | undefined, isInteractive = true): Terminal {
  return {
    isInteractive,
    isInputPiped: !isInteractive,
    print: () => Promise.resolve(),
    complain: () => Promise.resolve(),
    ask: () => Promise.resolve(answer),
    askHidden: () => Promise.resolve(undefined),
    readInput: () => Promise.resolve(undefined),
  };
}

it.each(["y", "Y", "yes", " YES "])("takes %j for a yes", async (answer) => {
  expect(await refuseUnlessConfirmed(terminalOf(answer), "Sure?", undefined)).toBeUndefined();
});

it.each(["", "n", "no", "yeah", "ja", undefined])("takes %j for a no", async (answer) => {
  const refusal = await refuseUnlessConfirmed(terminalOf(answer), "Sure?", undefined);
  expect(refusal).toMatchObject({ code: "not_confirmed", exitCode: 2 });
});

it("does not ask where nobody is, and does not need to with --yes", async () => {
  const away = terminalOf("y", false);
  expect(await refuseUnlessConfirmed(away, "Sure?", undefined)).toMatchObject({
    message: expect.stringContaining("--yes"),
    exitCode: 2,
  });
  expect(await refuseUnlessConfirmed(away, "Sure?", false)).toMatchObject({ exitCode: 2 });
  expect(await refuseUnlessConfirmed(away, "Sure?", true)).toBeUndefined();
});
