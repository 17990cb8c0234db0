import { randomBytes } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { startFaultProxy } from "@portcullis/test-servers";
import { Kysely, PGliteDialect, sql } from "kysely";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DerivedKeys } from "../derived-keys.ts";
import { createDatabasePort, type DatabasePort } from "../repositories/database-port.ts";
import type { AuthDatabase, AuthTables, AuthTransaction } from "../repositories/tables.ts";
import type { MailEvent } from "./mail-events.ts";
import { resolveMailOptions } from "./mail-options.ts";
import type { MailParts } from "./mail-parts.ts";
import type { MailResolvers } from "./mail-request.ts";
import type { MailTransport } from "./mail-transport.ts";
import { createMailWorker, type MailWorker } from "./mail-worker.ts";
import type { Mail } from "./mail.ts";
import { createMemoryOutbox } from "./memory-transport.ts";
import { queueMail } from "./queue-mail.ts";
import type { MailContent } from "./sealed-content.ts";
import { createSmtpTransport } from "./smtp-transport.ts";
import { createMailDatabase, migrate, openMailDatabase } from "./test-mail-database.ts";
import { startSmtpServer, type TestSmtpServer } from "./test-smtp-server.ts";

const minuteMs = 60_000;
/** After so long a mail is somebody else's to send. */
const leaseMs = 2 * minuteMs;
const sealKeys: DerivedKeys = [randomBytes(32)];
const token = "canary-token-which-nobody-else-may-see";

const mailTo = (to: string): Mail => ({
  kind: "reset_password",
  to,
  name: "Canary Lovelace",
  token,
  expiresInMinutes: 600,
});

/** Answers registrations only, and leaves a row behind in the same transaction. */
const resolvers: MailResolvers = {
  async registration_requested(transaction, { to, registrationId }) {
    await leaveTrace(transaction, registrationId);
    return { kind: "verify_email", to, token, expiresInMinutes: 600 };
  },
  password_reset_requested: async () => undefined,
  async email_change_requested(transaction, { userId, to }) {
    await leaveTrace(transaction, userId);
    throw Object.assign(new TypeError(`cannot mail ${to}`), { code: to });
  },
};

async function leaveTrace(transaction: AuthTransaction, id: string): Promise<void> {
  const client = { id, name: "trace", secret_hash: randomBytes(32), created_at: new Date(0) };
  await transaction.insertInto("portcullis.oauth_client").values(client).execute();
}

interface Node {
  readonly worker: MailWorker;
  readonly parts: MailParts;
  readonly database: AuthDatabase;
  readonly events: readonly MailEvent[];
  queue(content: MailContent): Promise<void>;
  /** Resolves once so many events of this kind have come in all. */
  waitFor(kind: MailEvent["kind"], count?: number): Promise<void>;
}

let url: string;
let smtp: TestSmtpServer;
let database: AuthDatabase;
let stack: AsyncDisposableStack;
const clock = { nowMs: Date.parse("2026-11-23T12:00:00Z") };

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  ({ url } = stack.use(await createMailDatabase()));
  smtp = stack.use(await startSmtpServer());
  database = openMailDatabase(url);
  stack.defer(() => database.destroy());
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await stack.disposeAsync();
});

interface NodeOptions {
  readonly database?: AuthDatabase;
  readonly sealKeys?: DerivedKeys;
  readonly transport?: MailTransport;
  /** Stands between the worker and the database. */
  readonly wrap?: (port: DatabasePort) => DatabasePort;
}

function createNode(options: NodeOptions = {}): Node {
  const events: MailEvent[] = [];
  const listeners = new Set<() => void>();
  const handle = options.database ?? database;
  const port = createDatabasePort(handle, 5000);
  const parts: MailParts = {
    database: options.wrap?.(port) ?? port,
    settings: resolveMailOptions({
      transport: options.transport ?? createSmtpTransport({ url: `smtp://${smtp.host}` }),
      from: "auth@example.test",
      appUrl: "https://app.example.test",
    }),
    sealKeys: options.sealKeys ?? sealKeys,
    resolvers,
    now: () => clock.nowMs,
    report: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
  };
  const worker = createMailWorker(parts);
  stack.defer(() => worker.stop());
  return {
    worker,
    parts,
    database: handle,
    events,
    queue: (content) => port.transact((transaction) => queueMail(parts, transaction, content)),
    async waitFor(kind, count = 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const listener = (): void => {
        if (events.filter((event) => event.kind === kind).length >= count) resolve();
      };
      listeners.add(listener);
      listener();
      await promise;
      listeners.delete(listener);
    },
  };
}

const countRows = async (table: "portcullis.mail" | "portcullis.oauth_client"): Promise<number> => {
  const rows = await database.selectFrom(table).select("id").execute();
  return rows.length;
};

test("a mail is sent if the transaction that queued it commits, and then its row is gone", async () => {
  const node = createNode();
  node.worker.start();
  const undone = node.parts.database.transact(async (transaction) => {
    await queueMail(node.parts, transaction, mailTo("undone@example.test"));
    throw new RangeError("undo");
  });
  await expect(undone).rejects.toThrow("undo");
  await node.queue(mailTo("ada@example.test"));
  node.worker.nudge();
  await node.waitFor("mail_sent");
  await node.worker.stop();
  expect(smtp.received.map((mail) => mail.envelope.to)).toEqual([["ada@example.test"]]);
  expect(smtp.received[0]?.text).toContain(
    `https://app.example.test/reset-password#token=${token}`,
  );
  expect(await countRows("portcullis.mail")).toBe(0);
  expect(node.events).toEqual([{ kind: "mail_sent", mailKind: "reset_password" }]);
});

test("V6.5.2 nothing of a mail can be read in Postgres, before or after an attempt", async () => {
  const node = createNode();
  smtp.behaviour = { refuseRecipient: 550 };
  const registrationId = "00000000-0000-4000-8000-000000000001";
  await node.queue(mailTo("canary@example.test"));
  await node.queue({
    kind: "registration_requested",
    to: "canary@example.test",
    registrationId,
  });
  expect(await readableCanaries(2)).toEqual([]);
  node.worker.start();
  // The mail that answers the registration is the second to fail.
  await node.waitFor("mail_failed", 2);
  expect(await readableCanaries(2)).toEqual([]);
});

/** What of a mail's content can be found in the table, in some encoding or other. */
async function readableCanaries(rowCount: number): Promise<string[]> {
  const { rows } = await sql<{ text: string; content: Uint8Array }>`
    select mail::text as text, content_encrypted as content from portcullis.mail as mail
  `.execute(database);
  expect(rows).toHaveLength(rowCount);
  const dump = rows.flatMap(({ text, content }) => {
    const bytes = Buffer.from(content);
    return [text, bytes.toString("latin1"), bytes.toString("utf16le")];
  });
  return [token, "canary@example.test", "Canary Lovelace", "Lovelace"]
    .flatMap((canary) =>
      (["utf8", "hex", "base64", "base64url"] as const).map((encoding) =>
        Buffer.from(canary).toString(encoding),
      ),
    )
    .filter((canary) => dump.some((text) => text.includes(canary)));
}

test("a request becomes the mail that answers it, or nothing, and is used up either way", async () => {
  const node = createNode();
  const to = "ada@example.test";
  const registrationId = "00000000-0000-4000-8000-000000000001";
  await node.queue({ kind: "password_reset_requested", to: "nobody@example.test" });
  await node.queue({ kind: "registration_requested", to, registrationId });
  node.worker.start();
  await node.waitFor("mail_sent");
  await node.worker.stop();
  expect(smtp.received).toHaveLength(1);
  expect(smtp.received[0]?.text).toContain(`https://app.example.test/verify-email#token=${token}`);
  expect(await countRows("portcullis.oauth_client")).toBe(1);
  expect(await countRows("portcullis.mail")).toBe(0);
  expect(node.events).toEqual([{ kind: "mail_sent", mailKind: "verify_email" }]);
});

test("a resolver that throws has done nothing, and is asked again later", async () => {
  const node = createNode();
  const userId = "00000000-0000-4000-8000-000000000001";
  const request = { kind: "email_change_requested", to: "canary@example.test" } as const;
  await node.queue({ ...request, userId, tokenVersion: 1 });
  node.worker.start();
  await node.waitFor("mail_failed");
  clock.nowMs += minuteMs;
  node.worker.nudge();
  await node.waitFor("mail_failed", 2);
  expect(await countRows("portcullis.oauth_client")).toBe(0);
  expect(await countRows("portcullis.mail")).toBe(1);
  const failed = { kind: "mail_failed", mailKind: "email_change_requested", error: "TypeError" };
  expect(node.events).toEqual([
    { ...failed, attempt: 1 },
    { ...failed, attempt: 2 },
  ]);
});

test("V16.2.5 a mail that is refused is tried again after a minute, and the log learns no address", async () => {
  const node = createNode();
  smtp.behaviour = { refuseRecipient: 451 };
  await node.queue(mailTo("canary@example.test"));
  node.worker.start();
  await node.waitFor("mail_failed");
  smtp.behaviour = "accept";
  clock.nowMs += minuteMs - 1;
  await node.queue(mailTo("other@example.test"));
  node.worker.nudge();
  await node.waitFor("mail_sent");
  expect(smtp.received.map((mail) => mail.envelope.to)).toEqual([["other@example.test"]]);
  clock.nowMs += 1;
  node.worker.nudge();
  await node.waitFor("mail_sent", 2);
  expect(smtp.received.at(-1)?.envelope.to).toEqual(["canary@example.test"]);
  expect(JSON.stringify(node.events)).not.toMatch(/canary|example/i);
});

test("a mail is given up after fifteen attempts, most of a day later", async () => {
  const node = createNode();
  smtp.behaviour = { refuseMail: 554 };
  await node.queue({ kind: "already_registered", to: "ada@example.test" });
  node.worker.start();
  const queuedAtMs = clock.nowMs;
  for (let attempt = 1; attempt < 15; attempt += 1) {
    await node.waitFor("mail_failed", attempt);
    const row = database.selectFrom("portcullis.mail").select("next_attempt_at");
    clock.nowMs = Number((await row.executeTakeFirstOrThrow()).next_attempt_at);
    node.worker.nudge();
  }
  await node.waitFor("mail_given_up");
  expect(clock.nowMs - queuedAtMs).toBeGreaterThan(20 * 60 * minuteMs);
  await node.worker.stop();
  const error = "SmtpError EMESSAGE 554";
  expect(node.events).toEqual([
    ...Array.from({ length: 15 }, (_, index) => ({
      kind: "mail_failed",
      mailKind: "already_registered",
      attempt: index + 1,
      error,
    })),
    { kind: "mail_given_up", mailKind: "already_registered" },
  ]);
  expect(await countRows("portcullis.mail")).toBe(0);
});

test("a mail whose token is over is not sent any more", async () => {
  const node = createNode();
  await node.queue({
    ...mailTo("late@example.test"),
    kind: "reset_password",
    expiresInMinutes: 10,
  } as Mail);
  clock.nowMs += 10 * minuteMs;
  node.worker.start();
  await node.waitFor("mail_given_up");
  expect(smtp.received).toEqual([]);
  expect(await countRows("portcullis.mail")).toBe(0);
});

test("a mail outlives a process that dies between sending and deleting it, and can be recognised", async () => {
  const dying = createNode({ database: openMailDatabase(url) });
  await dying.queue(mailTo("ada@example.test"));
  smtp.behaviour = { acceptAfter: () => dying.database.destroy() };
  dying.worker.start();
  await dying.waitFor("mail_worker_failed");
  expect(await countRows("portcullis.mail")).toBe(1);

  const node = createNode();
  smtp.behaviour = "accept";
  clock.nowMs += leaseMs;
  node.worker.start();
  await node.waitFor("mail_sent");
  await node.worker.stop();
  const [first, second, ...others] = smtp.received;
  expect(second?.headers.get("message-id")).toBe(first?.headers.get("message-id"));
  expect(others).toEqual([]);
  expect(await countRows("portcullis.mail")).toBe(0);
});

test("a mail whose answer is lost is sent again, as the same mail", async () => {
  const deadline = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(deadline.signal);
  const node = createNode();
  smtp.behaviour = "keep_silent";
  await node.queue(mailTo("ada@example.test"));
  node.worker.start();
  await smtp.waitFor(1);
  deadline.abort(new DOMException("15 s are over", "TimeoutError"));
  await node.waitFor("mail_failed");
  smtp.behaviour = "accept";
  clock.nowMs += minuteMs;
  node.worker.nudge();
  await node.waitFor("mail_sent");
  const [first, second] = smtp.received;
  expect(second?.headers.get("message-id")).toBe(first?.headers.get("message-id"));
  expect(node.events[0]).toMatchObject({ kind: "mail_failed", error: "TimeoutError" });
});

test("a transport that never answers is left at the deadline", async () => {
  const deadline = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(deadline.signal);
  const isCalled = Promise.withResolvers<void>();
  const send = (): Promise<void> => {
    isCalled.resolve();
    return new Promise(() => undefined);
  };
  const node = createNode({ transport: { send } });
  await node.queue(mailTo("ada@example.test"));
  node.worker.start();
  await isCalled.promise;
  deadline.abort(new DOMException("15 s are over", "TimeoutError"));
  await node.waitFor("mail_failed");
  await node.worker.stop();
  expect(node.events).toMatchObject([{ kind: "mail_failed", error: "TimeoutError" }]);
});

test("recipients that are slow keep no other waiting, and five mails at most are sent at once", async () => {
  const goesOn = Promise.withResolvers<void>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const transport: MailTransport = {
    async send({ to }) {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      if (to.address.startsWith("slow")) await goesOn.promise;
      atOnce -= 1;
    },
  };
  const node = createNode({ transport });
  for (let index = 0; index < 4; index += 1) await node.queue(mailTo(`slow${index}@example.test`));
  node.worker.start();
  await expect.poll(() => atOnce, { interval: 5 }).toBe(4);
  for (let index = 0; index < 12; index += 1) await node.queue(mailTo(`${index}@example.test`));
  node.worker.nudge();
  await node.waitFor("mail_sent", 12);
  expect(atOnce).toBe(4);
  for (let index = 0; index < 3; index += 1) await node.queue(mailTo(`slow-${index}@example.test`));
  node.worker.nudge();
  await expect.poll(() => atOnce, { interval: 5 }).toBe(5);
  goesOn.resolve();
  await node.waitFor("mail_sent", 19);
  expect(mostAtOnce).toBe(5);
});

test("mails to one recipient are sent one after the other, the oldest first", async () => {
  const goesOn = Promise.withResolvers<void>();
  const started: string[] = [];
  const transport: MailTransport = {
    async send({ subject, to }) {
      started.push(to.address === "ada@example.test" ? subject : to.address);
      if (started.length === 1) await goesOn.promise;
    },
  };
  const node = createNode({ transport });
  const changed: Mail = { kind: "account_deleted", to: "ada@example.test", name: null, at: 0 };
  await node.queue(mailTo("ada@example.test"));
  clock.nowMs += 1;
  await node.queue(changed);
  clock.nowMs += 1;
  await node.queue(mailTo("other@example.test"));
  node.worker.start();
  await node.waitFor("mail_sent", 1);
  expect(started).toHaveLength(2);
  expect(started[1]).toBe("other@example.test");
  goesOn.resolve();
  await node.waitFor("mail_sent", 3);
  expect(started[2]).toContain("deleted");
});

test("mails that nobody has tried go before those that failed, though these are due for longer", async () => {
  const goesOn = Promise.withResolvers<void>();
  const begun: string[] = [];
  let isBroken = true;
  const transport: MailTransport = {
    async send({ to }) {
      if (isBroken) throw new Error("broken");
      begun.push(to.address);
      await goesOn.promise;
    },
  };
  const node = createNode({ transport });
  for (let index = 0; index < 6; index += 1) await node.queue(mailTo(`old${index}@example.test`));
  node.worker.start();
  await node.waitFor("mail_failed", 6);
  await node.worker.stop();
  isBroken = false;
  clock.nowMs += 5 * minuteMs;
  for (let index = 0; index < 5; index += 1) await node.queue(mailTo(`new${index}@example.test`));
  node.worker.start();
  await expect.poll(() => begun.length, { interval: 5 }).toBe(5);
  expect(begun.filter((address) => address.startsWith("old"))).toEqual([]);
  goesOn.resolve();
  await node.waitFor("mail_sent", 11);
});

test("two workers on one table send each mail once, each of them five at a time", async () => {
  const nodes = [
    createNode({ database: openMailDatabase(url) }),
    createNode({ database: openMailDatabase(url) }),
  ];
  for (const node of nodes) stack.defer(() => node.database.destroy());
  const addresses = Array.from({ length: 40 }, (_, index) => `${index}@example.test`);
  for (const address of addresses) await nodes[0]?.queue(mailTo(address));
  for (const { worker } of nodes) worker.start();
  await smtp.waitFor(addresses.length);
  for (const { worker } of nodes) await worker.stop();
  const sentTo = smtp.received.flatMap((mail) => mail.envelope.to);
  expect(sentTo.toSorted()).toEqual(addresses.toSorted());
  expect(smtp.mostAtOnce).toBeLessThanOrEqual(10);
  expect(await countRows("portcullis.mail")).toBe(0);
});

test("a request is answered once, though a process stood still until its lease was over", async () => {
  const isClaimed = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  let transactions = 0;
  const slow = createNode({
    wrap: (port) => ({
      ...port,
      async transact(work) {
        transactions += 1;
        if (transactions > 1) {
          isClaimed.resolve();
          await goesOn.promise;
        }
        return port.transact(work);
      },
    }),
  });
  const registrationId = "00000000-0000-4000-8000-000000000001";
  await slow.queue({ kind: "registration_requested", to: "ada@example.test", registrationId });
  slow.worker.start();
  await isClaimed.promise;

  const quick = createNode();
  clock.nowMs += leaseMs;
  quick.worker.start();
  await quick.waitFor("mail_sent");
  await quick.worker.stop();
  goesOn.resolve();
  await slow.worker.stop();
  expect(slow.events).toEqual([]);
  expect(smtp.received).toHaveLength(1);
  expect(await countRows("portcullis.mail")).toBe(0);
});

test("a mail that is committed while a worker looks in vain does not wait for the next look", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  let isFirst = true;
  const node: Node = createNode({
    wrap: (port) => ({
      ...port,
      async transact(work) {
        const value = await port.transact(work);
        if (isFirst) {
          isFirst = false;
          await node.queue(mailTo("ada@example.test"));
          node.worker.nudge();
        }
        return value;
      },
    }),
  });
  node.worker.start();
  await node.waitFor("mail_sent");
  expect(smtp.received).toHaveLength(1);
});

test("a worker looks every five seconds, though nobody nudges it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const node = createNode();
  node.worker.start();
  await node.queue(mailTo("first@example.test"));
  vi.advanceTimersByTime(5000);
  await node.waitFor("mail_sent");
  await node.queue(mailTo("second@example.test"));
  vi.advanceTimersByTime(5000);
  await node.waitFor("mail_sent", 2);
  expect(smtp.received).toHaveLength(2);
});

test("a worker that cannot reach Postgres says so once, and goes on when it can", async () => {
  await using proxy = await startFaultProxy({ target: { url } });
  const { transport } = createMemoryOutbox();
  const node = createNode({ database: openMailDatabase(proxy.url), transport });
  stack.defer(() => node.database.destroy());
  const reachable = createNode({ transport });
  for (const round of [1, 2]) {
    proxy.refuse();
    proxy.cut();
    await reachable.queue(mailTo(`${round}@example.test`));
    for (let vainLooks = 0; vainLooks < 3; vainLooks += 1) {
      node.worker.start();
      await node.worker.stop();
    }
    proxy.heal();
    node.worker.start();
    await node.waitFor("mail_sent", round);
    await node.worker.stop();
  }
  expect(node.events.map((event) => event.kind)).toEqual([
    "mail_worker_failed",
    "mail_sent",
    "mail_worker_failed",
    "mail_sent",
  ]);
});

test("stop() waits for the mails in flight, takes no other, and closes the transport", async () => {
  const transport = createSmtpTransport({ url: `smtp://${smtp.host}` });
  const node = createNode({ transport });
  const accepted = Promise.withResolvers<void>();
  smtp.behaviour = { acceptAfter: () => accepted.promise };
  for (let index = 0; index < 7; index += 1) await node.queue(mailTo(`${index}@example.test`));
  node.worker.start();
  await smtp.waitFor(5);
  const stopping = node.worker.stop();
  accepted.resolve();
  await stopping;
  const sent = { kind: "mail_sent", mailKind: "reset_password" };
  expect(node.events).toEqual([sent, sent, sent, sent, sent]);
  expect(await countRows("portcullis.mail")).toBe(2);
  node.worker.nudge();
  await node.worker.stop();
  expect(smtp.received).toHaveLength(5);
});

test("a mail that was sealed with another secret waits for a node that has it", async () => {
  const newKey = randomBytes(32);
  const behind = createNode();
  const ahead = createNode({ sealKeys: [newKey, ...sealKeys] });
  await behind.queue(mailTo("old@example.test"));
  ahead.worker.start();
  await ahead.waitFor("mail_sent");
  await ahead.worker.stop();

  await ahead.queue(mailTo("new@example.test"));
  behind.worker.start();
  await behind.waitFor("mail_failed");
  await behind.worker.stop();
  expect(behind.events).toMatchObject([{ error: "UnreadableMailError", attempt: 1 }]);
  const other = createNode({ sealKeys: [newKey, ...sealKeys] });
  clock.nowMs += minuteMs;
  other.worker.start();
  await other.waitFor("mail_sent");
  expect(smtp.received.map((mail) => mail.envelope.to)).toEqual([
    ["old@example.test"],
    ["new@example.test"],
  ]);
});

test("all of it runs on PGlite", async () => {
  const pglite = await PGlite.create();
  const embedded = new Kysely<AuthTables>({ dialect: new PGliteDialect({ pglite }) });
  stack.defer(() => embedded.destroy());
  await migrate(embedded);
  const outbox = createMemoryOutbox();
  const node = createNode({ database: embedded, transport: outbox.transport });
  node.worker.start();
  const registrationId = "00000000-0000-4000-8000-000000000001";
  const to = "ada@example.test";
  await node.queue({ kind: "registration_requested", to, registrationId });
  await node.queue({ kind: "password_reset_requested", to });
  await node.queue({
    kind: "email_change_requested",
    to,
    userId: "00000000-0000-4000-8000-000000000002",
    tokenVersion: 1,
  });
  node.worker.nudge();
  const mail = await outbox.waitFor((one) => one.to.address === to);
  expect(mail.text).toContain(`https://app.example.test/verify-email#token=${token}`);
  await node.waitFor("mail_failed");
  await node.worker.stop();
  const rows = await embedded.selectFrom("portcullis.mail").select("attempts").execute();
  expect(rows).toEqual([{ attempts: 1 }]);
});
