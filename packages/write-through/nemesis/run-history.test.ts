import { expect, it } from "vitest";
import { RunHistory } from "./run-history.ts";

function read(history: RunHistory, version: number, startMs: number, endMs: number): void {
  history.reported("reader", { kind: "read", startMs, endMs, versions: { a: version } });
}

function rulesBroken(history: RunHistory): string[] {
  return history.violations({ a: 2 }).map(({ rule }) => rule);
}

/** Version 2 was announced at 10, and its writer was killed. */
function withAnUnknownWrite(): RunHistory {
  const history = new RunHistory();
  history.reported("writer", { kind: "prepared", write: 1, atMs: 10, versions: { a: 2 } });
  history.processEnded("writer");
  return history;
}

it("takes either version after a write of unknown outcome", () => {
  const history = withAnUnknownWrite();
  read(history, 1, 20, 21);
  read(history, 2, 22, 23);
  expect(rulesBroken(history)).toEqual([]);
});

it("refuses to go back behind a version that was read", () => {
  const history = withAnUnknownWrite();
  read(history, 2, 20, 21);
  read(history, 1, 22, 23);
  expect(rulesBroken(history)).toEqual(["stale read"]);
});

it("takes the old version from a read that began before the new one was first read", () => {
  const history = withAnUnknownWrite();
  read(history, 2, 20, 21);
  read(history, 1, 21, 23);
  expect(rulesBroken(history)).toEqual([]);
});

it("refuses a version before its write can have committed it", () => {
  const history = withAnUnknownWrite();
  read(history, 2, 8, 9);
  expect(rulesBroken(history)).toEqual(["read of what was not committed"]);
});
