import type { MemoryOutbox, OutgoingMail } from "@portcullis/server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { errorResponse } from "./error-response.ts";
import type { RequestState } from "./request-log.ts";

const localNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A proxy on this machine speaks for others. */
const forwardingHeaders = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
const localAddresses = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Shows the mails of an embedded service to the person who tries it out. They carry links that open
 * accounts, so only programs and pages of this machine get them: not another machine, not a page of
 * another site, and not one whose name was made to point here.
 */
export function outboxRoutes(outbox: MemoryOutbox): Hono<RequestState> {
  return new Hono<RequestState>()
    .get("/outbox", forThisMachine, (context) => context.text(writeMails(outbox.mails())))
    .get("/outbox.json", forThisMachine, (context) =>
      context.json({ mails: outbox.mails().map(viewMail) }),
    );
}

const forThisMachine: MiddlewareHandler<RequestState> = async (context, next) => {
  if (!isLocal(context)) return errorResponse(context, "not_found", context.get("requestId"));
  await next();
  context.res.headers.set("Cache-Control", "no-store");
  return undefined;
};

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

function writeMails(mails: readonly OutgoingMail[]): string {
  if (mails.length === 0) return "No mail has been sent yet.\n";
  return mails
    .map(({ to, subject, text }) => `To: ${to.address}\nSubject: ${subject}\n\n${text.trim()}\n`)
    .join(`\n${"-".repeat(72)}\n\n`);
}

function viewMail({ to, subject, text, html, messageId }: OutgoingMail) {
  return { to: to.address, subject, text, html, messageId };
}
