import { randomInt } from "node:crypto";
import type { CreateSource, LoadRequest } from "../load.ts";
import { createTokenMint, type TokenKey } from "../stage/minted-tokens.ts";
import { addressCount, emailOf, type SeededUsers } from "../stage/seeded-users.ts";
import { RefreshChain } from "./refresh-chain.ts";
import { judgeSuccess, mutationOf, queryOf, resultOf } from "./trpc-request.ts";

export interface MixedSettings {
  readonly key: TokenKey;
  /** They read and write. */
  readonly users: SeededUsers;
  /** They log in, and out again. */
  readonly visitors: SeededUsers;
  /** Their clients refresh. */
  readonly refreshers: SeededUsers;
  readonly postId: string;
}

/** Of 1000 requests. */
const shares = [
  ["me", 700],
  ["post", 200],
  ["list", 50],
  ["write", 20],
  ["refresh", 20],
  ["login", 5],
  ["logout", 5],
] as const;

/** A day of an application: people read, some write, few come and go. */
export const createSource: CreateSource<MixedSettings> = (settings) => {
  const { users, visitors, postId } = settings;
  const mint = createTokenMint(settings.key, users);
  const chain = new RefreshChain(settings.refreshers);
  /** Tokens of those who have logged in and not out. */
  const guests: string[] = [];
  let logins = 0;
  const someone = (): number => users.first + randomInt(users.count);

  const readMe = (): LoadRequest => {
    const user = someone();
    return queryOf({ kind: "me", procedure: "auth.me", address: user, token: mint.tokenOf(user) });
  };
  const requests: Record<(typeof shares)[number][0], () => LoadRequest> = {
    me: readMe,
    post: () =>
      queryOf({
        kind: "post",
        procedure: "posts.byId",
        address: randomInt(addressCount),
        input: { id: postId },
      }),
    list: () =>
      queryOf({
        kind: "list",
        procedure: "posts.list",
        address: randomInt(addressCount),
        input: { limit: 20 },
      }),
    write() {
      const user = someone();
      return mutationOf({
        kind: "write",
        procedure: "posts.create",
        address: user,
        token: mint.tokenOf(user),
        input: { title: "A day like any other", body: "Nothing much happened." },
      });
    },
    refresh: () => chain.next() ?? readMe(),
    login() {
      const user = visitors.first + (logins % visitors.count);
      logins += 1;
      return mutationOf({
        kind: "login",
        procedure: "auth.login",
        address: user,
        input: { email: emailOf(user), password: visitors.password },
        judge(answer) {
          const problem = judgeSuccess(answer);
          if (problem !== undefined) return problem;
          guests.push((resultOf(answer) as { accessToken: string }).accessToken);
          return undefined;
        },
      });
    },
    logout() {
      const token = guests.shift();
      if (token === undefined) return readMe();
      const address = randomInt(addressCount);
      return mutationOf({ kind: "logout", procedure: "auth.logout", address, token });
    },
  };
  return { next: () => requests[drawKind()]() };
};

function drawKind(): (typeof shares)[number][0] {
  let left = randomInt(1000);
  for (const [kind, share] of shares) {
    if (left < share) return kind;
    left -= share;
  }
  return "me";
}
