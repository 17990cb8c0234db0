import { globSync } from "node:fs";

import { root } from "./root.ts";
import { runCommands } from "./run-commands.ts";
import { runTests } from "./run-tests.ts";
import type { Command, Step } from "./step.ts";
import { typePrograms } from "./type-programs.ts";

const commandTimeoutMs = 10 * 60_000;
const testsTimeoutMs = 15 * 60_000;

/** The steps that read the sources and nothing else: some of them run at the same time. */
export function sourceSteps(): Step[] {
  return [
    // First, for it takes longest, and the others fit beside it.
    step("packages", [{ program: "node", args: ["scripts/check-packages.ts"] }]),
    step("format", [{ program: "oxfmt", args: ["--check"] }]),
    step("lint", [{ program: "oxlint", args: [] }]),
    step("types", typeCommands()),
    step("generated", generatorCommands()),
    step("unused", [{ program: "knip", args: ["--no-progress"] }]),
    step("snippets", [{ program: "node", args: ["scripts/check-snippets.ts"] }]),
  ];
}

/** The steps that run the product, one after the other: each may want the whole machine. */
export function productSteps(): Step[] {
  return [
    { name: "tests", run: () => runTests(testsTimeoutMs) },
    step("demo", [demo()]),
    step("demo-embedded", [demo("--embedded")]),
  ];
}

function step(name: string, commands: readonly Command[]): Step {
  return { name, run: () => runCommands(commands, commandTimeoutMs) };
}

function typeCommands(): Command[] {
  return typePrograms().map((config) => ({
    program: "tsc",
    args: ["--pretty", "false", "-p", config],
  }));
}

function generatorCommands(): Command[] {
  return globSync("{docs,packages/*}/scripts/embed-*.ts", { cwd: root })
    .toSorted()
    .map((generator) => ({ program: "node", args: [generator, "--check"] }));
}

function demo(...args: string[]): Command {
  return {
    program: "node",
    args: ["--conditions=@portcullis/source", "apps/server/demo/main.ts", ...args],
  };
}
