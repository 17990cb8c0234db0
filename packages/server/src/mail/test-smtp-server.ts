import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { domainToASCII } from "node:url";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { testCertificate, testKey } from "./test-certificate.ts";

/** A mail as it came over the wire, decoded. */
export interface ReceivedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** By name in lower case, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
  readonly isEncrypted: boolean;
  readonly user: unknown;
}

/** What the server does with the mails that come. */
export type SmtpBehaviour =
  | "accept"
  /** Refuses the recipient with this code, and quotes the address. */
  | { readonly refuseRecipient: number }
  /** Takes the mail and then refuses it with this code. */
  | { readonly refuseMail: number }
  /** Takes the mail, keeps it and never says so. */
  | "keep_silent"
  /** Takes the mail, and says so when this has settled. */
  | { readonly acceptAfter: () => Promise<unknown> };

export interface TestSmtpServer extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** Most mails that were under way at the same time. */
  readonly mostAtOnce: number;
  behaviour: SmtpBehaviour;
  /** Resolves once so many mails have been received in all. */
  waitFor(count: number): Promise<void>;
}

/** A real mail server on a free port of 127.0.0.1. It takes any user whose password is "pass word". */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  let atOnce = 0;
  let mostAtOnce = 0;

  const server = new SMTPServer({
    key: testKey,
    cert: testCertificate,
    authOptional: true,
    // What is never answered does not hold up the end of a test.
    closeTimeout: 1,
    onAuth: ({ username, password }, _, callback) => {
      if (password === "pass word") callback(null, { user: username });
      else callback(withCode(new Error(`${username} is not ${password}`), 535));
    },
    onRcptTo: ({ address }, _, callback) => {
      const { behaviour } = testServer;
      if (typeof behaviour === "object" && "refuseRecipient" in behaviour) {
        callback(withCode(new Error(`<${address}> is unknown`), behaviour.refuseRecipient));
      } else callback();
    },
    onData: (stream, session, callback) => {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
      stream.on("end", () => {
        atOnce -= 1;
        const { behaviour } = testServer;
        if (typeof behaviour === "object" && "refuseMail" in behaviour) {
          callback(withCode(new Error("try again"), behaviour.refuseMail));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          envelope: {
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => asSent(address)),
          },
          ...parseMessage(Buffer.concat(chunks).toString("latin1")),
          isEncrypted: session.secure,
          user: session.user,
        });
        for (const wake of waiting) wake();
        if (behaviour === "accept") callback();
        else if (typeof behaviour === "object" && "acceptAfter" in behaviour) {
          void behaviour.acceptAfter().finally(() => callback());
        }
      });
    },
    ...options,
  });
  // A client that gives up in the middle of a handshake is told here; tests look at the client.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;

  const testServer: TestSmtpServer = {
    host: `127.0.0.1:${port}`,
    port,
    received,
    get mostAtOnce() {
      return mostAtOnce;
    },
    behaviour: "accept",
    async waitFor(count) {
      while (received.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(resolve);
      await promise;
    },
  };
  return testServer;
}

/** The server shows international domains in their other form. */
function asSent(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

function withCode(error: Error, responseCode: number): Error {
  return Object.assign(error, { responseCode });
}

function parseMessage(message: string): Pick<ReceivedMail, "headers" | "text" | "html"> {
  const { headers, body } = split(message);
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1] ?? "";
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.trimStart()));
  const partOf = (type: string): string => {
    const part = parts.find((one) => one.headers.get("content-type")?.startsWith(type));
    return part === undefined ? "" : decode(part.headers, part.body);
  };
  return { headers, text: partOf("text/plain"), html: partOf("text/html") };
}

function split(entity: string): { headers: Map<string, string>; body: string } {
  const end = entity.indexOf("\r\n\r\n");
  const lines = entity
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: entity.slice(end + 4) };
}

function decode(headers: ReadonlyMap<string, string>, body: string): string {
  switch (headers.get("content-transfer-encoding")) {
    case "base64":
      return Buffer.from(body, "base64").toString();
    case "quoted-printable":
      return Buffer.from(
        body
          .replaceAll("=\r\n", "")
          .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
            String.fromCodePoint(Number.parseInt(hex, 16)),
          ),
        "latin1",
      ).toString();
    default:
      return Buffer.from(body, "latin1").toString();
  }
}
