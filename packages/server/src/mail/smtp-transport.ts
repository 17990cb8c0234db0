import { createTransport } from "nodemailer";
import type { MailTransport } from "./mail-transport.ts";
import { readSmtpUrl } from "./smtp-url.ts";

/** Each is below the 15 s that a mail gets, so that the error names what did not answer. */
const connectTimeoutMs = 5000;
const silenceTimeoutMs = 10_000;

/** Mails come one at a time; the second connection is for while the first one is being closed. */
const connectionsMax = 5;

/** What {@link createSmtpTransport} takes. */
export interface SmtpOptions {
  /**
   * `smtps://user:password@host:port` speaks TLS from the start, default port 465;
   * `smtp://user:password@host:port` demands STARTTLS, default port 587. Percent-encode what is
   * special in user and password.
   *
   * Unencrypted only where nobody listens: `smtp://` to a loopback address is never encrypted, and
   * `smtp://host:port?tls=none`, for a network of your own, takes no password.
   */
  readonly url: string;
  /** Certificates in PEM to trust instead of the usual authorities, for a private authority. */
  readonly ca?: string;
}

/** The mail server did not take a mail. Its own words are left out: they quote addresses and users. */
export class SmtpError extends Error {
  override readonly name = "SmtpError";
  readonly code: string | undefined;
  /** The three digits of the server's reply (RFC 5321, section 4.2), if there was one. */
  readonly responseCode: number | undefined;

  constructor(error: unknown) {
    super("The mail server did not take the mail");
    const { originalCode, code, responseCode } = error as Record<string, unknown>;
    // What the system or OpenSSL says is more exact than nodemailer's word for it.
    const exactCode = originalCode ?? code;
    this.code = typeof exactCode === "string" ? exactCode : undefined;
    this.responseCode = typeof responseCode === "number" ? responseCode : undefined;
  }
}

/**
 * Makes the way to a mail server. Connections are opened when there is something to send, at most 5,
 * and kept for the next mails. 5 s to connect and 10 s of silence are the most it waits for.
 *
 * @throws InvalidAuthOptionsError when the URL cannot be used; the message does not quote it.
 *
 * @example
 * ```ts
 * import { createSmtpTransport } from "@portcullis/server";
 *
 * const transport = createSmtpTransport({ url: process.env["SMTP_URL"] ?? "smtp://localhost:25" });
 * ```
 */
export function createSmtpTransport(options: SmtpOptions): MailTransport {
  const transporter = createTransporter(options);
  return {
    async send({ from, to, subject, text, html, messageId, headers }, signal) {
      const message = { from, to, subject, text, html, messageId, headers, signal };
      try {
        await transporter.sendMail(message);
      } catch (error) {
        throw new SmtpError(error);
      }
    },
    async close() {
      transporter.close({ force: true });
    },
  };
}

/** @throws InvalidAuthOptionsError */
export function createTransporter({ url, ca }: SmtpOptions) {
  const { host, port, encryption, credentials } = readSmtpUrl(url);
  return createTransport({
    pool: true,
    host,
    port,
    secure: encryption === "implicit",
    requireTLS: encryption === "starttls",
    ignoreTLS: encryption === "none",
    auth: credentials,
    tls: { ca, minVersion: "TLSv1.2" },
    maxConnections: connectionsMax,
    // For the connection that the server closed while it was idle; what else fails is for later.
    maxRequeues: 1,
    dnsTimeout: connectTimeoutMs,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
