import { expect, it } from "vitest";
import { judgeMigrations, judgePostgres, judgeRights } from "./judge-postgres.ts";

const facts = {
  version: "17.2",
  versionNumber: 170_002,
  isStandby: false,
  isReadOnly: false,
  isSuperuser: false,
  mayCreate: true,
  isEncrypted: true,
  clock: { askedAtMs: 0, timeMs: 0, answeredAtMs: 0 },
};

it.each([
  [{}, ["ok"]],
  [{ version: "14.9", versionNumber: 140_009 }, ["error"]],
  [{ isStandby: true, isReadOnly: true }, ["error"]],
  [{ isReadOnly: true }, ["error"]],
  [{ isSuperuser: true }, ["warning"]],
])("judges a Postgres with %j", (change, states) => {
  const findings = judgePostgres({ ...facts, ...change });
  expect(findings.map(({ state }) => state)).toEqual(states);
});

const applied = { name: "0001-first", appliedAt: 1 };
const pending = { name: "0002-second", appliedAt: null };

it.each([
  [{ migrations: [applied], unknown: [] }, true, "The tables are those of this release."],
  [
    { migrations: [applied, pending], unknown: [] },
    true,
    "The tables are those of an older release; missing: 0002-second.",
  ],
  [
    { migrations: [applied], unknown: ["0003-third"] },
    true,
    "A newer release has changed the tables: 0003-third.",
  ],
  [{ migrations: [pending], unknown: [] }, true, "The tables have not been made."],
  [
    { migrations: [pending], unknown: [] },
    false,
    "The tables have not been made. The role of DATABASE_URL may not make them.",
  ],
])("judges the migrations %j", (status, mayCreate, message) => {
  expect(judgeMigrations(status, { ...facts, mayCreate }).message).toBe(message);
});

const none = { select: false, insert: false, update: false, delete: false };

it("V13.2.2 asks for no more rights than the service uses, and names those that are missing", () => {
  const enough = [
    { ...none, table: "audit_event", select: true, insert: true, delete: true },
    { ...none, table: "realm", select: true, update: true },
    { ...none, table: "auth_migration_lock" },
  ];
  expect(judgeRights(enough).state).toBe("ok");
  const lacking = judgeRights([...enough, { ...none, table: "user", select: true }]);
  expect(lacking).toMatchObject({
    state: "error",
    message: "The role of DATABASE_URL may not: insert, update, delete on user.",
  });
});
