import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { startFaultProxy } from "@portcullis/test-servers";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { emailSchema } from "../accounts/email.ts";
import { describeFailure } from "./describe-failure.ts";
import type { MailTransport, OutgoingMail } from "./mail-transport.ts";
import { createSmtpTransport } from "./smtp-transport.ts";
import { testCertificate } from "./test-certificate.ts";
import { startSmtpServer, type TestSmtpServer } from "./test-smtp-server.ts";

let server: TestSmtpServer;
const open: MailTransport[] = [];

beforeAll(async () => {
  server = await startSmtpServer();
});
afterEach(async () => {
  server.behaviour = "accept";
  for (const transport of open.splice(0)) await transport.close?.();
});
afterAll(() => server[Symbol.asyncDispose]());

function connect(url: string, ca?: string): MailTransport {
  const transport = createSmtpTransport(ca === undefined ? { url } : { url, ca });
  open.push(transport);
  return transport;
}

const mail: OutgoingMail = {
  from: { name: "Portcullis", address: "auth@example.test" },
  to: { address: "ada@example.test" },
  subject: "A subject",
  text: "A text with ä and a link https://app.example.test/#token=abc=",
  html: "<p>A text</p>",
  messageId: "<one@example.test>",
  headers: { "Auto-Submitted": "auto-generated" },
};

const patience = (): AbortSignal => AbortSignal.timeout(30_000);

/** What the log is told of a send that fails, and all that the error itself carries. */
async function failureOf(sending: Promise<void>): Promise<{ log: string; all: string }> {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("The mail was sent");
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return { log: describeFailure(error), all: [String(error.cause), ...own].join("\n") };
}

test("a mail arrives as it was written", async () => {
  await connect(`smtp://${server.host}`).send(mail, patience());
  const received = server.received.at(-1);
  expect(received?.envelope).toEqual({ from: "auth@example.test", to: ["ada@example.test"] });
  expect(Object.fromEntries(received?.headers ?? [])).toMatchObject({
    from: "Portcullis <auth@example.test>",
    to: "ada@example.test",
    subject: "A subject",
    "message-id": "<one@example.test>",
    "auto-submitted": "auto-generated",
  });
  expect(received?.headers.has("x-mailer")).toBe(false);
  expect(received?.text.trim()).toBe(mail.text);
  expect(received?.html.trim()).toBe(mail.html);
});

test("smtps:// speaks TLS and signs in, with what was percent-encoded", async () => {
  await using secure = await startSmtpServer({ secure: true });
  await connect(`smtps://us%40er:pass%20word@${secure.host}`, testCertificate).send(
    mail,
    patience(),
  );
  expect(secure.received).toMatchObject([{ isEncrypted: true, user: "us@er" }]);
});

test("smtps:// refuses a certificate that nobody vouches for", async () => {
  await using secure = await startSmtpServer({ secure: true });
  const { log } = await failureOf(
    connect(`smtps://user:pass%20word@${secure.host}`).send(mail, patience()),
  );
  expect(log).toBe("SmtpError DEPTH_ZERO_SELF_SIGNED_CERT");
  expect(secure.received).toEqual([]);
});

// 0.0.0.0 reaches this machine and is not a loopback address.
test("smtp:// demands STARTTLS, and sends nothing to a server that has it not", async () => {
  const url = `smtp://user:pass%20word@0.0.0.0:${server.port}`;
  await connect(url, testCertificate).send(mail, patience());
  expect(server.received.at(-1)).toMatchObject({ isEncrypted: true, user: "user" });

  await using plain = await startSmtpServer({ disabledCommands: ["STARTTLS"] });
  const refused = connect(`smtp://0.0.0.0:${plain.port}`).send(mail, patience());
  expect((await failureOf(refused)).log).toBe("SmtpError ETLS 500");
  expect(plain.received).toEqual([]);
  await connect(`smtp://0.0.0.0:${plain.port}?tls=none`).send(mail, patience());
  expect(plain.received).toMatchObject([{ isEncrypted: false }]);
});

test.each([
  ["a recipient refused for good", { refuseRecipient: 550 }, "SmtpError EENVELOPE 550"],
  ["a recipient refused for now", { refuseRecipient: 451 }, "SmtpError EENVELOPE 451"],
  ["a mail refused for good", { refuseMail: 554 }, "SmtpError EMESSAGE 554"],
  ["a mail refused for now", { refuseMail: 452 }, "SmtpError EMESSAGE 452"],
])("V16.2.5 %s is told by its code, without the address", async (_, behaviour, log) => {
  server.behaviour = behaviour;
  const transport = connect(`smtp://${server.host}`);
  const failure = await failureOf(transport.send(mail, patience()));
  expect(failure.log).toBe(log);
  expect(failure.all).not.toMatch(/ada|example/);
  server.behaviour = "accept";
  await transport.send(mail, patience());
});

test("V16.2.5 a refused sign-in tells neither user nor password", async () => {
  await using secure = await startSmtpServer({ secure: true });
  const url = `smtps://canary-user:canary-password@${secure.host}`;
  const failure = await failureOf(connect(url, testCertificate).send(mail, patience()));
  expect(failure.log).toBe("SmtpError EAUTH 535");
  expect(failure.all).not.toContain("canary");
});

test("a server that cannot be reached, or that drops the connection, is an error", async () => {
  await using proxy = await startFaultProxy({ target: { port: server.port } });
  const transport = connect(`smtp://127.0.0.1:${proxy.port}`);
  await transport.send(mail, patience());
  proxy.refuse();
  proxy.cut();
  expect((await failureOf(transport.send(mail, patience()))).log).toMatch(/^SmtpError E[A-Z]+$/);
  proxy.heal();
  await transport.send(mail, patience());
});

test("a server that does not answer is left at the deadline, and its connection with it", async () => {
  server.behaviour = "keep_silent";
  const transport = connect(`smtp://${server.host}`);
  const before = server.received.length;
  const deadline = new AbortController();
  const sending = failureOf(transport.send(mail, deadline.signal));
  await server.waitFor(before + 1);
  deadline.abort();
  expect((await sending).log).toBe("SmtpError EABORT");
  server.behaviour = "accept";
  await transport.send(mail, patience());
});

test("V1.3.11 what would be two recipients in a header is never two in the envelope", async () => {
  const transport = connect(`smtp://${server.host}`);
  for (const address of [
    "ada@example.test, eve@example.test",
    "ada@example.test;eve@example.test",
    "Ada <eve@example.test>",
    "ada@example.test\r\nBcc: eve@example.test",
    "ada@example.test>\r\nRCPT TO:<eve@example.test",
    '"eve@example.test, x"@example.test',
  ]) {
    expect(emailSchema.safeParse(address).success).toBe(false);
    const before = server.received.length;
    await transport.send({ ...mail, to: { address } }, patience()).catch(() => undefined);
    for (const { envelope, headers } of server.received.slice(before)) {
      expect(envelope.to).toHaveLength(1);
      expect(envelope.to).not.toContain("eve@example.test");
      expect(headers.has("bcc")).toBe(false);
    }
  }
});

test("a mail that names a file or a page in place of its text is not sent, and nothing is read", async () => {
  const transport = connect(`smtp://${server.host}`);
  let requests = 0;
  await using site = createServer((_, response) => {
    requests += 1;
    response.end("from inside the network");
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  const before = server.received.length;
  // What a template that is not type-checked could give.
  const path = fileURLToPath(import.meta.url);
  const href = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  for (const field of ["text", "html"]) {
    const logOf = async (content: object): Promise<string> => {
      const sending = transport.send({ ...mail, [field]: content }, patience());
      return (await failureOf(sending)).log;
    };
    expect(await logOf({ path })).toBe("SmtpError EFILEACCESS");
    expect(await logOf({ href })).toBe("SmtpError EURLACCESS");
  }
  expect(server.received).toHaveLength(before);
  expect(requests).toBe(0);
});

test("attachments are not sent, whatever they name", async () => {
  const transport = connect(`smtp://${server.host}`);
  const attachments = [{ path: fileURLToPath(import.meta.url) }];
  await transport.send(Object.assign({ attachments }, mail), patience());
  expect(server.received.at(-1)?.headers.get("content-type")).toMatch(/^multipart\/alternative/);
});

test("API-18 a line break in a subject or a sender's name begins no header", async () => {
  const transport = connect(`smtp://${server.host}`);
  const injected = "x\r\nBcc: eve@example.test\r\n\r\nbody";
  await transport.send(
    { ...mail, subject: injected, from: { ...mail.from, name: injected } },
    patience(),
  );
  const received = server.received.at(-1);
  expect(received?.headers.has("bcc")).toBe(false);
  expect(received?.envelope.to).toEqual(["ada@example.test"]);
  expect(received?.text.trim()).toBe(mail.text);
});

test("EM-02 every address that is accepted is one that the mailer can send to, unchanged", async () => {
  const transport = connect(`smtp://${server.host}`);
  const longDomain = `${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.test`;
  const edges = [
    "a@b.co",
    "ada+tag@example.test",
    "o'hara@example.test",
    "_-'@example.test",
    "-ada@example.test",
    "1.2.3@4.5.test",
    `${"a".repeat(64)}@example.test`,
    `${"a".repeat(64)}@${longDomain}`,
    "ada@xn--bcher-kva.example",
    "ada@example.xn--p1ai",
  ];
  const text = (characters: string): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 });
  const addresses = fc
    .tuple(text("az09_'+-."), text("az09-."), fc.constantFrom("test", "xn--p1ai"))
    .map(([local, domain, top]) => `${local}@${domain}.${top}`);
  const accepted = [...edges, ...fc.sample(addresses, { numRuns: 300, seed: 7 })].filter(
    (address) => emailSchema.safeParse(address).success,
  );
  expect(accepted).toEqual(expect.arrayContaining(edges));
  expect(accepted.length).toBeGreaterThan(80);
  for (const address of accepted) {
    await transport.send({ ...mail, to: { address } }, patience());
    expect(server.received.at(-1)?.envelope.to).toEqual([address]);
    expect(server.received.at(-1)?.headers.get("to")).toBe(address);
  }
});
