import type { CreateSource } from "../load.ts";
import { createTokenMint, type TokenKey } from "../stage/minted-tokens.ts";
import type { SeededUsers } from "../stage/seeded-users.ts";
import { mutationOf } from "./trpc-request.ts";

export interface LogoutOnlySettings {
  readonly key: TokenKey;
  readonly users: SeededUsers;
}

/** One user after the other logs out, until there is nobody left. */
export const createSource: CreateSource<LogoutOnlySettings> = ({ key, users }) => {
  const mint = createTokenMint(key, users);
  let user = users.first;
  return {
    next() {
      if (user >= users.first + users.count) throw new Error("Everybody has logged out already");
      const token = mint.tokenOf(user);
      user += 1;
      return mutationOf({ kind: "logout", procedure: "auth.logout", address: user - 1, token });
    },
  };
};
