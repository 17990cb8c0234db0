import type { Operation } from "@trpc/client";
import { dataOf, type Answer } from "./sender.ts";
import type { SessionCore } from "./session-core.ts";
import { readUser } from "./token-set.ts";

type AuthCall = (core: SessionCore, op: Operation) => Promise<Answer>;

/** The procedures that carry secrets, or change who is signed in or how they are shown, by their name under `authPath`. */
const authCalls: Readonly<Record<string, AuthCall>> = {
  register: sendAsNobody,
  verifyEmail: sendAsNobody,
  forgotPassword: sendAsNobody,
  resetPassword: sendAsNobody,
  login: logIn,
  refresh,
  confirm: replaceSession,
  "account.changePassword": replaceSession,
  "account.rename": changeUser,
  "account.confirmEmail": changeUser,
  logout: logOut,
  logoutEverywhere: logOut,
  "account.remove": endSession,
  "admin.revokeAllTokens": endSession,
};

/** Carries an auth procedure out; undefined when the call is not one of those. */
export function carryOut(core: SessionCore, op: Operation): Promise<Answer> | undefined {
  const prefix = `${core.options.authPath}.`;
  if (!op.path.startsWith(prefix)) return undefined;
  const name = op.path.slice(prefix.length);
  return Object.hasOwn(authCalls, name) ? authCalls[name]?.(core, op) : undefined;
}

function sendAsNobody({ sender }: SessionCore, op: Operation): Promise<Answer> {
  return sender.send(op, undefined);
}

/** Shows the token of the session that it replaces, so that the server ends that one. */
function logIn(core: SessionCore, op: Operation): Promise<Answer> {
  const login = placed(core, op);
  return core.signIn(() => core.sender.send(login, core.current()?.access()));
}

/** A refresh by the caller, with a refresh token that it kept or that is this session's own. */
function refresh(core: SessionCore, op: Operation): Promise<Answer> {
  const { options, sender } = core;
  const login = core.current();
  const own = options.isCookie ? { ...op, input: {} } : op;
  const send = (): Promise<Answer> => sender.sendRefresh(own);
  const isOwn = options.isCookie || fieldOf(op.input, "refreshToken") === login?.refreshToken();
  return login !== undefined && isOwn
    ? login.changeBy(send, core.tokensOf, "renewed")
    : core.signIn(send);
}

async function replaceSession(core: SessionCore, op: Operation): Promise<Answer> {
  await core.settled();
  const login = core.current();
  if (login === undefined) return sendAsNobody(core, op);
  return core.callIn(login, op.signal, (access) =>
    login.changeBy(() => core.sender.send(placed(core, op), access), core.tokensOf, "replaced"),
  );
}

/** Shows the user as the answer has them. A refresh at the same time could show them as they were. */
async function changeUser(core: SessionCore, op: Operation): Promise<Answer> {
  await core.settled();
  const login = core.current();
  if (login === undefined) return sendAsNobody(core, op);
  return core.callIn(login, op.signal, (access) =>
    login.changeBy(
      () => core.sender.send(op, access),
      (answer) => ({
        access: login.access() ?? access,
        refreshToken: login.refreshToken(),
        user: readUser(dataOf(answer)),
      }),
      "renewed",
    ),
  );
}

/**
 * Forgets the session before it asks the server, so nothing that happens on the way can leave this
 * client signed in. The call itself still goes out in the session that it ends.
 */
async function logOut(core: SessionCore, op: Operation): Promise<Answer> {
  if (core.getSnapshot().status === "restoring") await core.settled().catch(() => {});
  const login = core.current();
  const forgotten = core.signOut();
  const send = (): Promise<Answer> =>
    login === undefined
      ? sendAsNobody(core, op)
      : core.callIn(login, op.signal, (access) => core.apart(() => core.sender.send(op, access)));
  // The storage has a deadline, and the server is not kept waiting for it.
  const [answer] = await Promise.all([send(), forgotten]);
  return answer;
}

/** For calls that may be refused until the password is entered again, and else end the session. */
async function endSession(core: SessionCore, op: Operation): Promise<Answer> {
  await core.settled();
  const login = core.current();
  if (login === undefined) return sendAsNobody(core, op);
  const answer = await core.callIn(login, op.signal, (access) =>
    core.apart(() => core.sender.send(op, access)),
  );
  if (login === core.current()) await core.signOut();
  return answer;
}

/** The call with its refresh token where this session keeps it, whatever the caller wished. */
function placed({ options }: SessionCore, op: Operation): Operation {
  const refreshTokenIn = options.isCookie ? "cookie" : "body";
  return { ...op, input: { ...(op.input as object), refreshTokenIn } };
}

function fieldOf(input: unknown, field: string): unknown {
  return typeof input === "object" && input !== null
    ? (input as Record<string, unknown>)[field]
    : undefined;
}
