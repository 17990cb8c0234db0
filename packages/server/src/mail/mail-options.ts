import { emailSchema } from "../accounts/email.ts";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { codePoints } from "../text-rules.ts";
import type { MailTransport } from "./mail-transport.ts";
import { defaultTemplates, type MailTemplates } from "./templates.ts";

/** The pages of the application that take the token of a mail. */
export interface MailLinks {
  /** Default `<appUrl>/verify-email#token=<token>`. */
  readonly verifyEmail: (token: string) => string;
  /** Default `<appUrl>/reset-password#token=<token>`. */
  readonly resetPassword: (token: string) => string;
  /** Default `<appUrl>/confirm-email#token=<token>`. */
  readonly confirmEmail: (token: string) => string;
}

/** How mails are sent, and what is in them. */
export interface MailOptions {
  /**
   * The way to a mail server: `createSmtpTransport`, `createMemoryOutbox().transport`, or one of
   * your own. The auth closes it when it stops, so each auth has its own.
   */
  readonly transport: MailTransport;
  /** The sender's address, at most 254 ASCII characters; `appName` is shown as its name. */
  readonly from: string;
  /**
   * Where the application's pages are: an http or https URL without a query, at most 1024
   * characters. Links in mails begin with it, and never with what a request says of its host. Use
   * https wherever strangers share the network.
   */
  readonly appUrl: string;
  /** What mails call the application. Default `"Portcullis"`; 1 to 64 characters on one line. */
  readonly appName?: string;
  /** Texts of your own, by kind. Default: short ones in English. */
  readonly templates?: Partial<MailTemplates>;
  /**
   * Pages at other addresses. Each function returns an absolute URL with the token in it, and best
   * in its fragment, which reaches no log and no other site.
   */
  readonly links?: Partial<MailLinks>;
}

/** The options with their defaults, checked. */
export interface MailSettings {
  readonly transport: MailTransport;
  readonly from: { readonly name: string; readonly address: string };
  readonly appName: string;
  /** Without a slash at its end. */
  readonly appUrl: string;
  readonly templates: MailTemplates;
  readonly links: MailLinks;
}

/** @throws InvalidAuthOptionsError */
export function resolveMailOptions(options: MailOptions): MailSettings {
  const appName = readAppName(options.appName ?? "Portcullis");
  const appUrl = readAppUrl(options.appUrl);
  const links = { ...defaultLinks(appUrl), ...options.links };
  for (const [name, link] of Object.entries(links)) checkLink(name, link);
  return {
    transport: options.transport,
    from: { name: appName, address: readFrom(options.from) },
    appName,
    appUrl,
    templates: { ...defaultTemplates, ...options.templates },
    links,
  };
}

function readFrom(from: string): string {
  const address = emailSchema.safeParse(from).data;
  if (address === undefined) {
    throw new InvalidAuthOptionsError("mail.from must be a plain address such as auth@example.com");
  }
  return address;
}

function readAppName(appName: string): string {
  const length = codePoints(appName);
  const isLine = appName.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(appName);
  if (isLine && length >= 1 && length <= 64) return appName;
  throw new InvalidAuthOptionsError("mail.appName must have 1 to 64 characters, on one line");
}

function readAppUrl(appUrl: string): string {
  const url = appUrl.length <= 1024 && URL.canParse(appUrl) ? new URL(appUrl) : undefined;
  const isPlain = url !== undefined && url.href === `${url.origin}${url.pathname}`;
  if (isPlain && (url.protocol === "https:" || url.protocol === "http:")) {
    return url.href.endsWith("/") ? url.href.slice(0, -1) : url.href;
  }
  throw new InvalidAuthOptionsError(
    "mail.appUrl must be an http or https URL of at most 1024 characters, without user, query or fragment",
  );
}

function defaultLinks(appUrl: string): MailLinks {
  // The fragment stays in the browser: no server's log has it, and no Referer header.
  const pageAt = (path: string) => (token: string) =>
    `${appUrl}/${path}#token=${encodeURIComponent(token)}`;
  return {
    verifyEmail: pageAt("verify-email"),
    resetPassword: pageAt("reset-password"),
    confirmEmail: pageAt("confirm-email"),
  };
}

function checkLink(name: string, link: (token: string) => string): void {
  const token = "token-to-try";
  const made = link(token);
  if (!URL.canParse(made) || /[\s\p{Cc}]/u.test(made) || !made.includes(token)) {
    throw new InvalidAuthOptionsError(
      `mail.links.${name} must return an absolute URL with the token in it`,
    );
  }
}
