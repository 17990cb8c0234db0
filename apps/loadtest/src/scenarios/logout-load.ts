import { randomInt } from "node:crypto";
import type { CreateSource, LoadAnswer, LoadRequest } from "../load.ts";
import { createTokenMint, type TokenKey } from "../stage/minted-tokens.ts";
import type { SeededUsers } from "../stage/seeded-users.ts";
import { RevocationChecker } from "./revocation-checker.ts";
import { judgeSuccess, mutationOf, queryOf } from "./trpc-request.ts";

export interface LogoutSettings {
  readonly key: TokenKey;
  /** With two sessions each. */
  readonly users: SeededUsers;
  /** The protected query that readers call. */
  readonly readProcedure: string;
}

/** Of so many requests one is a log-out. */
const everyRequests = 10;
/** Of so many log-outs one is of all sessions of its user. */
const everyLogouts = 4;
/** Of those whose log-out was answered last, so many are read more often than others. */
const watchedMax = 100;

/**
 * Reads with the tokens of two sessions of each user, while one user after the other is logged out:
 * of their first session, or everywhere. Half of the requests read as those who were logged out last.
 */
export const createSource: CreateSource<LogoutSettings> = ({ key, users, readProcedure }) => {
  const mint = createTokenMint(key, users);
  const checker = new RevocationChecker();
  const last = users.first + users.count - 1;
  /** The users whose log-out was answered last. */
  const watched: number[] = [];
  let next = users.first;
  let requests = 0;

  function logOut(user: number): LoadRequest {
    const isEverywhere = user % everyLogouts === 0;
    const sessions = isEverywhere ? [nameOf(user, 0), nameOf(user, 1)] : [nameOf(user, 0)];
    for (const session of sessions) checker.askedOut(session);
    return mutationOf({
      kind: isEverywhere ? "logout everywhere" : "logout",
      procedure: isEverywhere ? "auth.logoutEverywhere" : "auth.logout",
      address: user,
      token: mint.tokenOf(user, 0),
      judge(answer) {
        const problem = judgeSuccess(answer);
        if (problem !== undefined) return problem;
        for (const session of sessions) checker.loggedOut(session, answer.answeredAtMs);
        watched.push(user);
        if (watched.length > watchedMax) watched.shift();
        return undefined;
      },
    });
  }

  function read(user: number, session: number): LoadRequest {
    const judge = (answer: LoadAnswer): string | undefined => {
      const isRefused = answer.status === 401;
      const problem = judgeSuccess(answer);
      if (isRefused || problem === undefined) {
        checker.read(nameOf(user, session), answer.sentAtMs, !isRefused);
        return undefined;
      }
      return problem;
    };
    const token = mint.tokenOf(user, session);
    return queryOf({ kind: "read", procedure: readProcedure, address: user, token, judge });
  }

  return {
    next() {
      requests += 1;
      if (requests % everyRequests === 1 && next <= last) {
        next += 1;
        return logOut(next - 1);
      }
      const isWatched = requests % 2 === 0 && watched.length > 0;
      const user = isWatched
        ? watched[randomInt(watched.length)]
        : randomInt(users.first, last + 1);
      return read(user ?? last, randomInt(2));
    },
    report: () => checker.verdict(),
  };
};

function nameOf(user: number, session: number): string {
  return `${user}/${session}`;
}
