import type { CreateSource } from "../load.ts";
import { emailOf, type SeededUsers } from "../stage/seeded-users.ts";
import { mutationOf } from "./trpc-request.ts";

export interface LoginSettings {
  readonly users: SeededUsers;
}

/** One user after the other logs in, each from where they always are. */
export const createSource: CreateSource<LoginSettings> = ({ users }) => {
  let logins = 0;
  return {
    next() {
      const user = users.first + (logins % users.count);
      logins += 1;
      return mutationOf({
        kind: "login",
        procedure: "auth.login",
        address: user,
        input: { email: emailOf(user), password: users.password },
      });
    },
  };
};
