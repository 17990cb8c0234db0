import { expect, test } from "vitest";
import type { OutgoingMail } from "./mail-transport.ts";
import { createMemoryOutbox } from "./memory-transport.ts";

const { signal } = new AbortController();

const mailTo = (address: string): OutgoingMail => ({
  from: { name: "Portcullis", address: "auth@example.test" },
  to: { address },
  subject: "A subject",
  text: "",
  html: "",
  messageId: `<${address}>`,
  headers: {},
});

test("an outbox keeps the last 100 mails, newest first", async () => {
  const outbox = createMemoryOutbox();
  expect(outbox.mails()).toEqual([]);
  for (let index = 0; index < 120; index += 1) {
    await outbox.transport.send(mailTo(`${index}@example.test`), signal);
  }
  const addresses = outbox.mails().map((mail) => mail.to.address);
  expect(addresses).toHaveLength(100);
  expect([addresses.at(0), addresses.at(-1)]).toEqual(["119@example.test", "20@example.test"]);
});

test("a mail is waited for, whether it has come already or not", async () => {
  let nowMs = 0;
  const outbox = createMemoryOutbox(() => (nowMs += 1000));
  const isForAda = ({ to }: OutgoingMail): boolean => to.address === "ada@example.test";
  const waiting = outbox.waitFor(isForAda);
  await outbox.transport.send(mailTo("eve@example.test"), signal);
  await outbox.transport.send(mailTo("ada@example.test"), signal);
  const kept = { ...mailTo("ada@example.test"), keptAtMs: 2000 };
  expect(await waiting).toEqual(kept);
  expect(await outbox.waitFor(isForAda)).toEqual(kept);
});

test("a mail that does not come is an error", async () => {
  const outbox = createMemoryOutbox();
  await expect(outbox.waitFor(() => true, 1)).rejects.toThrow("No such mail came within 1 ms");
});
