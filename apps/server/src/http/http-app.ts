import { randomUUID } from "node:crypto";
import { maxBatchSize, type Auth } from "@portcullis/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import type { BuiltAppRouter } from "../app-router.ts";
import type { Logger } from "../log.ts";
import { errorResponse } from "./error-response.ts";
import { serveEventStream } from "./event-stream.ts";
import { maxUrlCharacters } from "./http-limits.ts";
import { outboxRoutes, type ShownOutbox } from "./outbox-routes.ts";
import { asksForPage, pageRoutes, type Pages } from "./pages.ts";
import { procedureNames } from "./procedure-names.ts";
import { trpcPath } from "./query-request.ts";
import type { Readiness } from "./readiness.ts";
import { logRequests, type RequestLog, type RequestState } from "./request-log.ts";
import { securityHeaders } from "./security-headers.ts";

const maxBodyBytes = 16 * 1024;
const preflightSeconds = 600;
const jwksSeconds = 300;

const welcome = `This is a Portcullis service: auth for tRPC whose access tokens are revoked at once.

  /trpc                    the procedures: auth.register, auth.login, auth.refresh, auth.logout,
                           auth.account, auth.sessions, auth.admin and more; posts. By HTTP, and
                           as a WebSocket; subscriptions by either
  /.well-known/jwks.json   the public keys of access tokens
  /oauth/introspect        whether a token holds, for other services (RFC 7662)
  /oauth/revoke            ends a token's session, for other services (RFC 7009)
  /healthz                 is the process alive?
  /readyz                  can it serve?

Call it with createPortcullisClient of @portcullis/client.
`;

const outboxNote = `
Mails are not sent here: the address that shows them was printed when the service started.
`;

export interface HttpAppOptions {
  readonly auth: Auth;
  readonly router: BuiltAppRouter;
  /** The mails of an embedded service, to show to who tries it out. */
  readonly outbox: ShownOutbox | undefined;
  /** The web client, if the service shows one. */
  readonly pages: Pages | undefined;
  readonly allowedOrigins: readonly string[];
  readonly checkReadiness: () => Promise<Readiness>;
  /** Aborted when the service stops: it ends what would go on by itself. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly logRequest: RequestLog;
}

/** The whole HTTP surface of the service. */
export function createHttpApp(options: HttpAppOptions): Hono<RequestState> {
  const { auth, log } = options;
  const app = new Hono<RequestState>();

  app.use(async (context, next) => {
    context.set("requestId", randomUUID());
    await next();
  });
  app.use(logRequests(options.logRequest), securityHeaders());
  const shareWithOrigins = except(
    ["/oauth/*", "/outbox", "/outbox/*"],
    cors({
      origin: [...options.allowedOrigins],
      allowMethods: ["GET", "POST"],
      // The last two are of event streams that go on, and of answers that come bit by bit.
      allowHeaders: ["Authorization", "Content-Type", "Last-Event-ID", "trpc-accept"],
      // For the refresh cookie, on sites that the page and the service share.
      credentials: true,
      maxAge: preflightSeconds,
    }),
  );
  app.use(async (context, next) => {
    const { method } = context.req;
    if (method === "OPTIONS" || context.req.header("origin") !== undefined) {
      return shareWithOrigins(context, next);
    }
    await next();
    // To another origin the answer has other headers, and a cache in between should know.
    context.res.headers.append("Vary", "Origin");
    return undefined;
  });
  app.use("/trpc/*", async (context, next) => {
    await next();
    const isStream = context.res.headers.get("content-type") === "text/event-stream";
    // A proxy that compressed a stream would hold its events back.
    context.res.headers.set("Cache-Control", isStream ? "no-store, no-transform" : "no-store");
  });
  app.use(async (context, next) => {
    if (context.req.url.length <= maxUrlCharacters) return next();
    return errorResponse(context, "url_too_long", context.get("requestId"));
  });
  const limitBody = bodyLimit({
    maxSize: maxBodyBytes,
    onError: (context) =>
      errorResponse(context, "body_too_large", String(context.get("requestId"))),
  });
  // To look for the body of a request that says it has none costs as much as its answer.
  app.use((context, next) => (saysNoBody(context) ? next() : limitBody(context, next)));

  app.get("/", async (context, next) => {
    if (options.pages !== undefined && asksForPage(context)) return next();
    return context.text(options.outbox === undefined ? welcome : `${welcome}${outboxNote}`);
  });
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", async (context) => {
    const readiness = await options.checkReadiness();
    context.header("Cache-Control", "no-store");
    return context.json(readiness, readiness.status === "ready" ? 200 : 503);
  });
  app.get("/.well-known/jwks.json", (context) => {
    context.header("Cache-Control", `public, max-age=${jwksSeconds}`);
    return context.json(auth.jwks());
  });

  if (options.outbox !== undefined) app.route("/", outboxRoutes(options.outbox));

  app.all("/oauth/introspect", (context) =>
    auth.introspect(context.req.raw, context.env.peerAddress),
  );
  app.all("/oauth/revoke", (context) => auth.revoke(context.req.raw, context.env.peerAddress));

  const plainCalls = procedureNames(options.router, "query", "mutation");
  // Of a path that cannot be read, or names others too, the answer may be an event stream.
  const isPlainCall = (path: string): boolean =>
    path.split(",").every((name) => plainCalls.has(name));
  app.on(["GET", "POST"], `${trpcPath}*`, async (context) => {
    // Hono runs GET handlers for HEAD; tRPC would answer it as if the call had run.
    if (context.req.method === "HEAD") return methodRefused(context);
    const answer = (req: Request): Promise<Response> =>
      fetchRequestHandler({
        endpoint: "/trpc",
        req,
        router: options.router,
        maxBatchSize,
        async createContext(request) {
          const { peerAddress } = context.env;
          const made = await auth.createContext({ ...request, peerAddress });
          context.set("requestId", made.requestId);
          return made;
        },
      });
    const { raw, method, path } = context.req;
    const response =
      method === "POST" || isPlainCall(path.slice(trpcPath.length))
        ? await answer(raw)
        : await serveEventStream(raw, options.stopping, answer);
    // What tRPC refuses before it knows the calls has no type, and would go out as text.
    if (!response.headers.has("Content-Type")) {
      response.headers.set("Content-Type", "application/json");
    }
    return response;
  });
  app.all("/trpc/*", methodRefused);

  if (options.pages !== undefined) app.route("/", pageRoutes(options.pages));

  app.notFound((context) => errorResponse(context, "not_found", context.get("requestId")));
  app.onError((error, context) => {
    const requestId = context.get("requestId");
    if (isAbort(error)) {
      log.debug({ requestId }, "The client left before its body was read");
      return errorResponse(context, "malformed", requestId);
    }
    log.error({ error, requestId }, "A request failed outside of the procedures");
    return errorResponse(context, "internal", requestId);
  });
  return app;

  function methodRefused(context: Parameters<typeof errorResponse>[0]): Response {
    context.header("Allow", "GET, POST");
    return errorResponse(context, "method_not_supported", String(context.get("requestId")));
  }
}

/** RFC 9112, section 6: a request with neither field has no body. */
function saysNoBody({ req }: Context): boolean {
  return (
    req.header("content-length") === undefined && req.header("transfer-encoding") === undefined
  );
}

/** Node's error of a body that ends before its end; nothing else is connected to out here. */
function isAbort(error: Error): boolean {
  return "code" in error && error.code === "ECONNRESET";
}
