import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { KeptMail } from "@portcullis/server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { errorResponse } from "./error-response.ts";
import { asksForPage } from "./pages.ts";
import type { RequestState } from "./request-log.ts";

/** The mails of an embedded service, and what it takes to see them. */
export interface ShownOutbox {
  readonly mails: () => readonly KeptMail[];
  readonly key: string;
  /** Whether the web client has a page that shows them; else they are shown as text. */
  readonly hasPage: boolean;
}

const keyBytes = 32;
const keyParameter = "key";
const keyCookie = "portcullis_outbox";
const localNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A proxy on this machine speaks for others. */
const forwardingHeaders = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
const localAddresses = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** A key that is good until the service ends. */
export function makeOutboxKey(): string {
  return randomBytes(keyBytes).toString("base64url");
}

export function outboxPathWith(key: string): string {
  return `/outbox?${keyParameter}=${key}`;
}

/**
 * Shows the mails of an embedded service to the person who tries it out. They carry links that open
 * accounts, so it takes the key that was printed when the service started: what comes from this
 * machine may come from a stranger, through a proxy that does not say so. Another machine, a page of
 * another site, and a name that was made to point here are refused even with the key.
 *
 * The page keeps the key in a cookie and out of its address, which browsers remember and show.
 */
export function outboxRoutes({ mails, key, hasPage }: ShownOutbox): Hono<RequestState> {
  /** The page shows nothing by itself: it asks for the mails as everybody has to. */
  const isForPage = (context: Context): boolean =>
    hasPage && asksForPage(context) && context.req.query(keyParameter) === undefined;
  const holdersOnly = forHolderOf(key);
  return new Hono<RequestState>()
    .get("/outbox", async (context, next) =>
      isForPage(context) ? next() : holdersOnly(context, next),
    )
    .get("/outbox", async (context, next) => {
      if (isForPage(context)) return next();
      if (context.req.query(keyParameter) === undefined) return context.text(writeMails(mails()));
      setCookie(context, keyCookie, key, { httpOnly: true, sameSite: "Strict", path: "/outbox" });
      return context.redirect("/outbox", 303);
    })
    .get("/outbox/mails.json", holdersOnly, (context) =>
      context.json({ mails: mails().map(viewMail) }),
    );
}

function forHolderOf(key: string): MiddlewareHandler<RequestState> {
  return async (context, next) => {
    const presented = context.req.query(keyParameter) ?? getCookie(context, keyCookie);
    if (presented === undefined || !isSame(presented, key) || !isLocal(context)) {
      return errorResponse(context, "not_found", context.get("requestId"));
    }
    await next();
    context.res.headers.set("Cache-Control", "no-store");
    return undefined;
  };
}

/** Takes the same time wherever they differ. */
function isSame(presented: string, key: string): boolean {
  return timingSafeEqual(digestOf(presented), digestOf(key));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function isLocal(context: Context<RequestState>): boolean {
  const { peerAddress } = context.env;
  const site = context.req.header("sec-fetch-site");
  const isForwarded = forwardingHeaders.some((name) => context.req.header(name) !== undefined);
  return (
    !isForwarded &&
    peerAddress !== undefined &&
    localAddresses.has(peerAddress) &&
    localNames.has(new URL(context.req.url).hostname) &&
    (site === undefined || site === "same-origin" || site === "none")
  );
}

function writeMails(mails: readonly KeptMail[]): string {
  if (mails.length === 0) return "No mail has been sent yet.\n";
  return mails
    .map(
      ({ to, subject, text, keptAtMs }) =>
        `To: ${to.address}\nDate: ${new Date(keptAtMs).toUTCString()}\nSubject: ${subject}\n\n${text.trim()}\n`,
    )
    .join(`\n${"-".repeat(72)}\n\n`);
}

function viewMail({ to, subject, text, html, messageId, keptAtMs }: KeptMail) {
  return { to: to.address, subject, text, html, messageId, keptAtMs };
}
