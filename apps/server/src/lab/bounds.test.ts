import { expect, it } from "vitest";
import { createRememberedUsers, maxRememberedUsers } from "./remembered-users.ts";
import { createTracedWrites, maxTracedWrites } from "./traced-writes.ts";

it("no more than a thousand users are remembered, and those longest unread are forgotten", () => {
  const users = createRememberedUsers(() => 0);
  for (let id = 0; id < maxRememberedUsers; id += 1) users.remember(String(id), 1);
  users.remember("0", 2);
  users.remember("one more", 1);
  expect(users.tokenVersionOf("0")).toBe(2);
  expect(users.tokenVersionOf("1")).toBeUndefined();
  expect(users.tokenVersionOf("2")).toBe(1);
});

it("no more than a hundred traces are kept, and the oldest go first", () => {
  const traced = createTracedWrites(() => 0);
  const rows = [{ table: "auth_user", id: "ada" }];
  const ids = Array.from({ length: maxTracedWrites + 1 }, () => traced.expect(rows));
  const write = {
    rows,
    outcome: "committed",
    attempts: 1,
    processes: 0,
    steps: [],
    totalMs: 1,
  } as const;
  traced.note(write);
  expect(traced.find(ids[0] ?? "")).toBeUndefined();
  expect(traced.find(ids[1] ?? "")).toBe(write);
  expect(traced.find(ids.at(-1) ?? "")).toBe(write);
});
