import { expect, test } from "vitest";

import { runCommand, runCommands } from "./run-commands.ts";

const timeoutMs = 20_000;
const node = (code: string) => ({ program: "node", args: ["--eval", code] });

test("a command that exits with 0 is good", async () => {
  expect(await runCommand(node(""), timeoutMs)).toMatchObject({ isGood: true });
});

test("a command that fails shows what it printed on both streams", async () => {
  const end = await runCommand(
    node("console.log('to out'); console.error('to err'); process.exitCode = 3"),
    timeoutMs,
  );

  expect(end.isGood).toBe(false);
  expect(end.output).toMatch(/to out/);
  expect(end.output).toMatch(/to err/);
});

test("a program that does not exist is a failure, not a crash of the runner", async () => {
  const end = await runCommand({ program: "no-such-program", args: [] }, timeoutMs);

  expect(end.isGood).toBe(false);
  expect(end.output).toMatch(/ENOENT/);
});

test("a command that dies by a signal is a failure", async () => {
  const end = await runCommand(node("process.kill(process.pid, 'SIGKILL')"), timeoutMs);

  expect(end).toMatchObject({ isGood: false, output: expect.stringContaining("SIGKILL") });
});

test("a command that hangs is ended at its deadline", async () => {
  const end = await runCommand(node("setInterval(() => undefined, 1000)"), 300);

  expect(end).toMatchObject({ isGood: false, output: expect.stringContaining("without a result") });
});

test("of several commands each failure is shown", async () => {
  const outcome = await runCommands(
    [node("throw new Error('first')"), node(""), node("throw new Error('third')")],
    timeoutMs,
  );

  expect(outcome).toMatchObject({ passed: 0, failed: 1 });
  expect(outcome.output).toMatch(/first[^]*third/);
});

test("a step that finds nothing to check is a failure", async () => {
  expect(await runCommands([], timeoutMs)).toMatchObject({ passed: 0, failed: 1 });
});
