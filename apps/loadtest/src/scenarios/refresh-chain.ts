import type { LoadRequest } from "../load.ts";
import { refreshTokenOf, type SeededUsers } from "../stage/seeded-users.ts";
import { judgeSuccess, mutationOf, resultOf } from "./trpc-request.ts";

/** Sessions that are refreshed in turn, each with the token that the last refresh has given. */
export class RefreshChain {
  /** Not under way, the one that waits the longest first. Of one whose answer is missing nothing is known. */
  readonly #free: { readonly user: number; readonly token: string | undefined }[] = [];
  readonly #users: SeededUsers;
  #begun = 0;

  constructor(users: SeededUsers) {
    this.#users = users;
  }

  /** Undefined when every session is under way, or was lost. */
  next(): LoadRequest | undefined {
    const session = this.#next();
    if (session === undefined) return undefined;
    const { user, token = refreshTokenOf(this.#users, user) } = session;
    return mutationOf({
      kind: "refresh",
      procedure: "auth.refresh",
      address: user,
      input: { refreshToken: token },
      judge: (answer) => {
        const problem = judgeSuccess(answer);
        if (problem !== undefined) return problem;
        const { refreshToken } = resultOf(answer) as { refreshToken: string };
        this.#free.push({ user, token: refreshToken });
        return undefined;
      },
    });
  }

  /** Sessions that nobody has used yet come first, so that the queue stays short of gaps. */
  #next(): { readonly user: number; readonly token: string | undefined } | undefined {
    if (this.#begun < this.#users.count) {
      this.#begun += 1;
      return { user: this.#users.first + this.#begun - 1, token: undefined };
    }
    return this.#free.shift();
  }
}
