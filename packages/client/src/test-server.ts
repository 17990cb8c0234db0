import { EventEmitter, on } from "node:events";
import { createServer, ServerResponse, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type {
  AuthProcedures,
  ErrorCode,
  ErrorData,
  FormattedError,
  TokenSet,
  User,
} from "@portcullis/server";
import {
  initTRPC,
  tracked,
  TRPCError,
  type TRPC_ERROR_CODE_KEY,
  type TRPCBuiltRouter,
  type TRPCMutationProcedure,
  type TRPCQueryProcedure,
  type TRPCSubscriptionProcedure,
} from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

interface Context {
  readonly token: string | undefined;
  /** The refresh cookie. */
  readonly cookie: string | undefined;
  setCookie(refreshToken: string): void;
}

class Refusal extends TRPCError {
  readonly reason: ErrorCode;

  constructor(code: TRPC_ERROR_CODE_KEY, reason: ErrorCode) {
    super({ code, message: reason });
    this.reason = reason;
  }
}

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error, path }): FormattedError {
    return {
      code: shape.code,
      message: shape.message,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        ...(path === undefined ? {} : { path }),
        reason: error instanceof Refusal ? error.reason : "internal",
        requestId: "request",
      } as ErrorData,
    };
  },
});

interface Login {
  readonly email: string;
  name: string;
  refreshToken: string;
  /** The direct parent of `refreshToken`, which a refresh answers with that same token. */
  parentToken?: string;
  revoked: boolean;
}

/**
 * `swallowed`: the request is worked off and never answered. `cut` and `silent`: it is not worked
 * off, and its connection is cut or left open. `endless`: an answer without an end.
 */
export type Fault =
  | "swallowed"
  | "cut"
  | "silent"
  | "endless"
  /** A page that is not JSON. */
  | { readonly status: number; readonly location?: string };

/** Where requests to a path wait. */
export interface Gate {
  /** Resolves when a request stands at the gate. */
  readonly arrived: Promise<void>;
  open(): void;
}

/** Tokens in the body, where this client takes them. */
type IssuedTokens = TokenSet & { readonly refreshToken: string };

interface State {
  readonly logins: Set<Login>;
  readonly access: Map<string, AccessToken>;
  /** Makes tokens for a login; `refreshToken` when it is to keep the one it has. */
  issue(login: Login, expiresInSeconds: number, refreshToken?: string): IssuedTokens;
  /** Life of the tokens that a login answers, in seconds. */
  loginExpiresIn: number;
  refreshExpiresIn: number;
  /** What a refresh is refused with, if it is. */
  refreshRefusal: [TRPC_ERROR_CODE_KEY, ErrorCode] | undefined;
  /** What `notes.open` answers. */
  openNote: string;
  /** Runs of the mutation `notes.add`. */
  readonly added: string[];
  /** Makes `notes.live` look whether its session still lives, and send the text if there is one. */
  publish(text?: string): void;
  readonly events: EventEmitter;
  /** Ends the grace in which a used refresh token is answered. */
  forgetParents(): void;
}

function userOf({ email, name }: Login): User {
  return { id: email, email, name, role: "member", emailVerified: true };
}

interface AccessToken {
  readonly login: Login;
  standing: "live" | "token_expired" | "token_revoked";
}

function createState(): State {
  let made = 0;
  const logins = new Set<Login>();
  const access = new Map<string, AccessToken>();

  function issue(login: Login, expiresIn: number, refreshToken?: string): IssuedTokens {
    const accessToken = `access-${++made}`;
    access.set(accessToken, { login, standing: "live" });
    login.refreshToken = refreshToken ?? `refresh-${made}.secret`;
    return {
      accessToken,
      tokenType: "Bearer",
      expiresIn,
      refreshToken: login.refreshToken,
      user: userOf(login),
    };
  }

  const events = new EventEmitter().setMaxListeners(0);
  let published = 0;

  return {
    logins,
    access,
    issue,
    events,
    forgetParents() {
      for (const login of logins) delete login.parentToken;
    },
    publish: (text) => void events.emit("note", text, String(++published)),
    loginExpiresIn: 600,
    refreshExpiresIn: 600,
    refreshRefusal: undefined,
    openNote: "for all",
    added: [],
  };
}

/** Written by hand, as an application would for its clients. */
export type TestRouter = TRPCBuiltRouter<
  { ctx: Context; meta: object; errorShape: FormattedError; transformer: false },
  {
    auth: AuthProcedures;
    notes: {
      live: TRPCSubscriptionProcedure<{
        input: { lastEventId?: string } | void;
        output: AsyncIterable<{ id: string; data: string }>;
        meta: unknown;
      }>;
      whose: TRPCQueryProcedure<{ input: void; output: string; meta: unknown }>;
      open: TRPCQueryProcedure<{ input: void; output: string; meta: unknown }>;
      add: TRPCMutationProcedure<{
        input: { text: string };
        output: { length: number };
        meta: unknown;
      }>;
    };
  }
>;

/** Has those of the procedures that tests of the client call. */
function createRouter(state: State): TestRouter {
  function check(token: string | undefined): Login {
    if (token === undefined) throw new Refusal("UNAUTHORIZED", "unauthenticated");
    const held = state.access.get(token);
    if (held === undefined) throw new Refusal("UNAUTHORIZED", "token_invalid");
    if (held.standing !== "live") throw new Refusal("UNAUTHORIZED", held.standing);
    if (held.login.revoked) throw new Refusal("UNAUTHORIZED", "token_revoked");
    return held.login;
  }
  /** The tokens where the client wants the refresh token. */
  function answer(ctx: Context, tokens: IssuedTokens, place: unknown): TokenSet {
    if (place !== "cookie") return tokens;
    ctx.setCookie(tokens.refreshToken);
    return { ...tokens, refreshToken: null };
  }
  const signedIn = t.procedure.use(({ ctx, next }) => next({ ctx: { login: check(ctx.token) } }));

  const router = t.router({
    auth: t.router({
      register: t.procedure
        .input((input: unknown) => input as { email: string; password: string; name: string })
        .mutation(() => ({ accepted: true as const })),
      login: t.procedure
        .input((input: unknown) => input as Credentials)
        .mutation(({ input, ctx }) => {
          if (input.password !== "right") throw new Refusal("UNAUTHORIZED", "invalid_credentials");
          const previous = state.access.get(ctx.token ?? "");
          if (previous !== undefined) previous.login.revoked = true;
          const login: Login = {
            email: input.email,
            name: "Name",
            refreshToken: "",
            revoked: false,
          };
          state.logins.add(login);
          return answer(ctx, state.issue(login, state.loginExpiresIn), input.refreshTokenIn);
        }),
      confirm: signedIn
        .input((input: unknown) => input as Credentials)
        .mutation(({ input, ctx }) => {
          ctx.login.revoked = true;
          const login: Login = { ...ctx.login, refreshToken: "", revoked: false };
          state.logins.add(login);
          return answer(ctx, state.issue(login, state.loginExpiresIn), input.refreshTokenIn);
        }),
      refresh: t.procedure
        .input((input: unknown) => input as { refreshToken?: string | null })
        .mutation(({ input, ctx }) => {
          if (state.refreshRefusal !== undefined) throw new Refusal(...state.refreshRefusal);
          const place = typeof input.refreshToken === "string" ? "body" : "cookie";
          const refreshToken = input.refreshToken ?? ctx.cookie ?? "";
          const login = [...state.logins].find((each) =>
            [each.refreshToken, each.parentToken].includes(refreshToken),
          );
          if (login === undefined || login.revoked) {
            if (place === "cookie") ctx.setCookie("");
            throw new Refusal("UNAUTHORIZED", "refresh_token_invalid");
          }
          const isRepeat = login.parentToken === refreshToken;
          const kept = isRepeat ? login.refreshToken : undefined;
          if (!isRepeat) login.parentToken = refreshToken;
          return answer(ctx, state.issue(login, state.refreshExpiresIn, kept), place);
        }),
      logout: signedIn.mutation(({ ctx }) => {
        ctx.login.revoked = true;
        ctx.setCookie("");
        return { sessionId: "session" };
      }),
      logoutEverywhere: signedIn.mutation(({ ctx }) => {
        for (const login of state.logins) login.revoked ||= login.email === ctx.login.email;
        return { tokenVersion: 2 };
      }),
      me: signedIn.query(({ ctx }) => userOf(ctx.login)),
      account: t.router({
        rename: signedIn
          .input((input: unknown) => input as { name: string })
          .mutation(({ input, ctx }) => {
            ctx.login.name = input.name;
            return userOf(ctx.login);
          }),
      }),
      sessions: t.router({
        list: signedIn.query(() => [
          {
            id: "session",
            userAgent: null as string | null,
            address: null as string | null,
            lastUsedAt: "2026-01-01T00:00:00Z",
            createdAt: "2026-01-01T00:00:00Z",
            expiresAt: "2026-02-01T00:00:00Z",
            current: true,
          },
        ]),
        revoke: signedIn
          .input((input: unknown) => input as { sessionId: string })
          .mutation(({ input }) => ({ sessionId: input.sessionId })),
      }),
    }),
    notes: t.router({
      live: signedIn
        .input((input: unknown) => input as { lastEventId?: string } | undefined)
        .subscription(async function* ({ ctx, input, signal }) {
          const notes = on(state.events, "note", { signal });
          const since = input?.lastEventId;
          yield tracked(
            "0",
            `of ${ctx.login.email}${since === undefined ? "" : ` since ${since}`}`,
          );
          for await (const [text, id] of notes as AsyncIterable<[string | undefined, string]>) {
            if (ctx.login.revoked) throw new Refusal("UNAUTHORIZED", "token_revoked");
            if (text !== undefined) yield tracked(id, text);
          }
        }),
      whose: signedIn.query(({ ctx }) => ctx.login.email),
      open: t.procedure.query(() => state.openNote),
      add: signedIn
        .input((input: unknown) => input as { text: string })
        .mutation(({ input, ctx }) => {
          state.added.push(`${ctx.login.email}: ${input.text}`);
          return { length: input.text.length };
        }),
    }),
  });
  return router as unknown as TestRouter;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly refreshTokenIn?: string;
}

/** One HTTP request as the server saw it. */
export interface SeenRequest {
  readonly url: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly socketUrl: string;
  readonly state: State;
  readonly seen: readonly SeenRequest[];
  requestsTo(path: string): SeenRequest[];
  expireAccessTokens(): void;
  /** Lets the sessions of a user live again that were revoked. */
  revive(email: string): void;
  /** Holds requests to `path` back, before anything is done for them, until the gate is opened. */
  gate(path: string): Gate;
  /** Puts a fault on the next `times` requests to `path`; on all, when not given. */
  breakPath(path: string, fault: Fault, times?: number): void;
  mendPath(path: string): void;
  /** Answers requests for a path with a text instead. */
  servePage(path: string, type: string, text: string): void;
}

/**
 * A small tRPC server over HTTP with login, refresh and logout, whose tokens can be made to expire
 * and whose answers can be held back or cut off.
 */
export async function startTestServer(): Promise<TestServer> {
  const state = createState();
  const router = createRouter(state);
  const handle = createHTTPHandler({
    router,
    createContext: ({ req, res }): Context => ({
      token: req.headers.authorization?.replace(/^Bearer /, ""),
      cookie: /portcullis_refresh=([^;]+)/.exec(req.headers.cookie ?? "")?.[1],
      setCookie(refreshToken) {
        const age = refreshToken === "" ? 0 : 600;
        const attributes = `Max-Age=${age}; Path=/; HttpOnly; SameSite=Strict`;
        res.setHeader("set-cookie", `portcullis_refresh=${refreshToken}; ${attributes}`);
      },
    }),
    basePath: "/trpc/",
    maxBatchSize: 10,
  });
  const seen: SeenRequest[] = [];
  const pages = new Map<string, { type: string; text: string }>();
  const faults = new Map<string, { fault: Fault; left: number }>();
  const gates = new Map<string, { arrive: () => void; opened: Promise<void> }>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    const page = pages.get(url);
    if (page !== undefined) {
      response.writeHead(200, { "content-type": page.type }).end(page.text);
      return;
    }
    const path = (url.split("?")[0] ?? "").slice("/trpc/".length);
    const { headers } = request;
    seen.push({ url, path, authorization: headers.authorization, headers });
    const gate = gates.get(path);
    if (gate !== undefined) {
      gate.arrive();
      await gate.opened;
    }
    const broken = faults.get(path);
    if (broken === undefined || broken.left === 0) return handle(request, response);
    broken.left -= 1;
    fail(broken.fault, request, response);
  }

  function fail(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (typeof fault === "object") {
      const { status, location } = fault;
      response.writeHead(status, location === undefined ? {} : { location }).end("<h1>Page</h1>");
      return;
    }
    switch (fault) {
      case "swallowed":
        // A response without a connection: what is written to it goes nowhere.
        handle(request, new ServerResponse(request));
        break;
      case "cut":
        request.socket.destroy();
        break;
      case "silent":
        break;
      case "endless":
        Readable.from(endlessText()).pipe(response);
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sockets = new WebSocketServer({ server });
  applyWSSHandler({
    wss: sockets,
    router,
    createContext: ({ info, req }): Context => {
      const authorization = info.connectionParams?.["authorization"];
      seen.push({
        url: req.url ?? "",
        path: "socket",
        authorization,
        headers: req.headers,
      });
      return {
        token: authorization?.replace(/^Bearer /, ""),
        cookie: undefined,
        setCookie() {},
      };
    },
  });

  return {
    url: `http://127.0.0.1:${port}/trpc`,
    socketUrl: `ws://127.0.0.1:${port}`,
    state,
    seen,
    requestsTo: (path) => seen.filter((request) => request.path === path),
    expireAccessTokens() {
      for (const held of state.access.values()) held.standing = "token_expired";
    },
    revive(email) {
      for (const login of state.logins) if (login.email === email) login.revoked = false;
    },
    gate(path) {
      const arrived = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      gates.set(path, { arrive: arrived.resolve, opened: opened.promise });
      return {
        arrived: arrived.promise,
        open() {
          gates.delete(path);
          opened.resolve();
        },
      };
    },
    breakPath(path, fault, times = Infinity) {
      faults.set(path, { fault, left: times });
    },
    mendPath(path) {
      faults.delete(path);
    },
    servePage(path, type, text) {
      pages.set(path, { type, text });
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function* endlessText(): Generator<string> {
  for (;;) yield "endless ".repeat(1_000);
}
