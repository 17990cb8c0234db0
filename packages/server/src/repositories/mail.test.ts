import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createMailDatabase, openMailDatabase } from "../mail/test-mail-database.ts";
import { createDatabasePort, type DatabasePort } from "./database-port.ts";
import { claimMail, deleteMail, insertMail, postponeMail, type ClaimedMail } from "./mail.ts";

const nowMs = Date.parse("2026-11-23T12:00:00.123Z");
const leaseMs = 60_000;

const stack = new AsyncDisposableStack();
let database: DatabasePort;

beforeEach(async () => {
  const { url } = stack.use(await createMailDatabase());
  const handle = openMailDatabase(url);
  stack.defer(() => handle.destroy());
  database = createDatabasePort(handle, 5000);
});
afterAll(() => stack.disposeAsync());

async function insert(createdAtMs = nowMs): Promise<string> {
  const id = randomUUID();
  const contentEncrypted = new Uint8Array([1, 2, 3]);
  await database.transact((tx) =>
    insertMail(tx, { id, kind: "new_login", contentEncrypted, createdAtMs }),
  );
  return id;
}

const claim = (atMs = nowMs): Promise<ClaimedMail | undefined> =>
  database.transact((tx) => claimMail(tx, { nowMs: atMs, endsAtMs: atMs + leaseMs }));

test("a mail is claimed with all that it holds, the oldest first, and none before its time", async () => {
  const [second, first] = [await insert(), await insert(nowMs - 1)];
  await insert(nowMs + 1);
  expect(await claim()).toEqual({
    id: first,
    kind: "new_login",
    contentEncrypted: new Uint8Array([1, 2, 3]),
    attempts: 1,
    createdAt: nowMs - 1,
  });
  expect(await claim()).toMatchObject({ id: second });
  expect(await claim()).toBeUndefined();
});

test("of many claims at once, each mail goes to one", async () => {
  const ids = [];
  for (let count = 0; count < 10; count += 1) ids.push(await insert());
  const claims = await Promise.all(Array.from({ length: 30 }, () => claim()));
  const claimed = claims.flatMap((mail) => mail?.id ?? []);
  // A claim may pass by what another holds and then finds nothing; that one is claimed next time.
  for (let mail = await claim(); mail !== undefined; mail = await claim()) claimed.push(mail.id);
  expect(claimed.toSorted()).toEqual(ids.toSorted());
});

test("a claim that waits for nobody: a mail that a transaction holds is passed by", async () => {
  await insert();
  const other = await insert();
  const holding = database.transact(async (tx) => {
    await claimMail(tx, { nowMs, endsAtMs: nowMs + leaseMs });
    return claim();
  });
  expect(await holding).toMatchObject({ id: other });
});

test("a lease that has ended leaves the mail to the next one, who alone has a say in it", async () => {
  const id = await insert();
  const early = await claim();
  const late = await claim(nowMs + leaseMs);
  expect(late).toMatchObject({ id, attempts: 2 });
  if (early === undefined || late === undefined) throw new Error("A claim found nothing");

  await database.transact((tx) => postponeMail(tx, early, nowMs));
  expect(await claim(nowMs + leaseMs)).toBeUndefined();
  await database.transact((tx) => postponeMail(tx, late, nowMs + 5));
  expect(await claim(nowMs + 4)).toBeUndefined();
  expect(await claim(nowMs + 5)).toMatchObject({ id, attempts: 3 });
});

test("of several deletions at once, one is told that it was", async () => {
  const id = await insert();
  const deletions = await Promise.all(
    Array.from({ length: 5 }, () => database.transact((tx) => deleteMail(tx, id))),
  );
  expect(deletions.filter(Boolean)).toHaveLength(1);
});
