import { InvalidAuthOptionsError } from "../start-errors.ts";

/** Where a mail server is, and how to talk to it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte. `starttls`: required before anything else is said. */
  readonly encryption: "implicit" | "starttls" | "none";
  readonly credentials: { readonly user: string; readonly pass: string } | undefined;
}

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Reads `smtp(s)://user:password@host:port`.
 *
 * @throws InvalidAuthOptionsError which does not quote the URL: a password may be in it.
 */
export function readSmtpUrl(text: string): SmtpServer {
  const url = parse(text);
  const isImplicit = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const isLoopback = loopbackHost.test(host);
  const isOptedOut = readTlsOptOut(url);
  const credentials = readCredentials(url);
  if (isOptedOut && !isLoopback && credentials !== undefined) {
    throw refusal("?tls=none would send the password in the clear; leave one of them out");
  }
  return {
    host,
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    encryption: isImplicit ? "implicit" : isLoopback || isOptedOut ? "none" : "starttls",
    credentials,
  };
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSmtp = url?.protocol === "smtp:" || url?.protocol === "smtps:";
  if (url === undefined || !isSmtp || !/^[\w.:[\]-]+$/.test(url.hostname) || url.port === "0") {
    throw refusal("it is not of the form smtps://user:password@host:port or smtp://host:port");
  }
  if (/[^/]/.test(url.pathname) || url.hash !== "") {
    throw refusal("nothing but ?tls=none may follow the port; encode # and / in a password");
  }
  return url;
}

function readTlsOptOut(url: URL): boolean {
  if (url.search === "") return false;
  if (url.search === "?tls=none" && url.protocol === "smtp:") return true;
  throw refusal("its only parameter is ?tls=none, for smtp:// in a network of your own");
}

function readCredentials({ username, password }: URL): SmtpServer["credentials"] {
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "") {
    throw refusal("it has a user without a password, or a password without a user");
  }
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    // Not the URIError itself, which may show what it could not decode.
    throw refusal("its user or password is not percent-encoded UTF-8");
  }
}

function refusal(why: string): InvalidAuthOptionsError {
  return new InvalidAuthOptionsError(`The URL of the mail server cannot be used: ${why}`);
}
