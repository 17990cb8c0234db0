import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuthProcedures, ErrorCode, FormattedError, TokenSet } from "@portcullis/server";
import {
  initTRPC,
  TRPCError,
  type TRPC_ERROR_CODE_KEY,
  type TRPCBuiltRouter,
  type TRPCMutationProcedure,
  type TRPCQueryProcedure,
} from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";

interface Context {
  readonly token: string | undefined;
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
      },
    };
  },
});

interface Login {
  readonly email: string;
  refreshToken: string;
  revoked: boolean;
}

/** Where requests to a path wait. */
export interface Gate {
  /** Resolves when a request stands at the gate. */
  readonly arrived: Promise<void>;
  open(): void;
}

interface State {
  readonly logins: Set<Login>;
  readonly access: Map<string, AccessToken>;
  /** Makes tokens for a login. */
  issue(login: Login, expiresInSeconds: number): TokenSet;
  /** Life of the tokens that a login answers, in seconds. */
  loginExpiresIn: number;
  refreshExpiresIn: number;
  /** What a refresh is refused with, if it is. */
  refreshRefusal: [TRPC_ERROR_CODE_KEY, ErrorCode] | undefined;
  /** Runs of the mutation `notes.add`. */
  readonly added: string[];
}

interface AccessToken {
  readonly login: Login;
  standing: "live" | "token_expired" | "token_revoked";
}

function createState(): State {
  let made = 0;
  const logins = new Set<Login>();
  const access = new Map<string, AccessToken>();

  function issue(login: Login, expiresIn: number): TokenSet {
    const accessToken = `access-${++made}`;
    access.set(accessToken, { login, standing: "live" });
    login.refreshToken = `refresh-${made}.secret`;
    return {
      accessToken,
      tokenType: "Bearer",
      expiresIn,
      refreshToken: login.refreshToken,
      user: { id: login.email, email: login.email, name: "Name", role: "member" },
    };
  }

  return {
    logins,
    access,
    issue,
    loginExpiresIn: 600,
    refreshExpiresIn: 600,
    refreshRefusal: undefined,
    added: [],
  };
}

/** Written by hand, as an application would for its clients. */
export type TestRouter = TRPCBuiltRouter<
  { ctx: Context; meta: object; errorShape: FormattedError; transformer: false },
  {
    auth: AuthProcedures;
    notes: {
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

function createRouter(state: State): TestRouter {
  function check(token: string | undefined): Login {
    if (token === undefined) throw new Refusal("UNAUTHORIZED", "unauthenticated");
    const held = state.access.get(token);
    if (held === undefined) throw new Refusal("UNAUTHORIZED", "token_invalid");
    if (held.standing !== "live") throw new Refusal("UNAUTHORIZED", held.standing);
    if (held.login.revoked) throw new Refusal("UNAUTHORIZED", "token_revoked");
    return held.login;
  }
  const signedIn = t.procedure.use(({ ctx, next }) => next({ ctx: { login: check(ctx.token) } }));

  return t.router({
    auth: t.router({
      register: t.procedure
        .input((input: unknown) => input as { email: string; password: string; name: string })
        .mutation(() => ({ accepted: true as const })),
      login: t.procedure
        .input((input: unknown) => input as { email: string; password: string })
        .mutation(({ input }) => {
          if (input.password !== "right") throw new Refusal("UNAUTHORIZED", "invalid_credentials");
          const login: Login = { email: input.email, refreshToken: "", revoked: false };
          state.logins.add(login);
          return state.issue(login, state.loginExpiresIn);
        }),
      refresh: t.procedure
        .input((input: unknown) => input as { refreshToken: string })
        .mutation(({ input }) => {
          if (state.refreshRefusal !== undefined) throw new Refusal(...state.refreshRefusal);
          const login = [...state.logins].find((each) => each.refreshToken === input.refreshToken);
          if (login === undefined || login.revoked) {
            throw new Refusal("UNAUTHORIZED", "refresh_token_invalid");
          }
          return state.issue(login, state.refreshExpiresIn);
        }),
      logout: signedIn.mutation(({ ctx }) => {
        ctx.login.revoked = true;
        return { sessionId: "session" };
      }),
      logoutEverywhere: signedIn.mutation(({ ctx }) => {
        for (const login of state.logins) login.revoked ||= login.email === ctx.login.email;
        return { tokenVersion: 2 };
      }),
      me: signedIn.query(({ ctx }) => ({
        id: ctx.login.email,
        email: ctx.login.email,
        name: "Name",
        role: "member",
      })),
      sessions: t.router({
        list: signedIn.query(() => [
          {
            id: "session",
            userAgent: null as string | null,
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
      whose: signedIn.query(({ ctx }) => ctx.login.email),
      open: t.procedure.query(() => "for all"),
      add: signedIn
        .input((input: unknown) => input as { text: string })
        .mutation(({ input, ctx }) => {
          state.added.push(`${ctx.login.email}: ${input.text}`);
          return { length: input.text.length };
        }),
    }),
  });
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
  readonly state: State;
  readonly seen: readonly SeenRequest[];
  requestsTo(path: string): SeenRequest[];
  expireAccessTokens(): void;
  /** Holds requests to `path` back, before anything is done for them, until the gate is opened. */
  gate(path: string): Gate;
  /** Cuts the connection of requests to `path`, answers them without JSON, or never. */
  breakPath(path: string, fault: "cut" | "503" | "silent"): void;
  mendPath(path: string): void;
}

/**
 * A small tRPC server over HTTP with login, refresh and logout, whose tokens can be made to expire
 * and whose answers can be held back or cut off.
 */
export async function startTestServer(): Promise<TestServer> {
  const state = createState();
  const handle = createHTTPHandler({
    router: createRouter(state),
    createContext: ({ req }): Context => ({
      token: req.headers.authorization?.replace(/^Bearer /, ""),
    }),
    basePath: "/trpc/",
    maxBatchSize: 10,
  });
  const seen: SeenRequest[] = [];
  const faults = new Map<string, (request: IncomingMessage, response: ServerResponse) => boolean>();
  const gates = new Map<string, { arrive: () => void; opened: Promise<void> }>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    const path = (url.split("?")[0] ?? "").slice("/trpc/".length);
    const { headers } = request;
    seen.push({ url, path, authorization: headers.authorization, headers });
    const gate = gates.get(path);
    if (gate !== undefined) {
      gate.arrive();
      await gate.opened;
    }
    if (faults.get(path)?.(request, response) !== true) handle(request, response);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/trpc`,
    state,
    seen,
    requestsTo: (path) => seen.filter((request) => request.path === path),
    expireAccessTokens() {
      for (const held of state.access.values()) held.standing = "token_expired";
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
    breakPath(path, fault) {
      faults.set(path, (request, response) => {
        if (fault === "cut") request.socket.destroy();
        if (fault === "503") response.writeHead(503).end("<h1>Service unavailable</h1>");
        return true;
      });
    },
    mendPath(path) {
      faults.delete(path);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
