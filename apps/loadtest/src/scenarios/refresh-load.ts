import type { CreateSource } from "../load.ts";
import type { SeededUsers } from "../stage/seeded-users.ts";
import { RefreshChain } from "./refresh-chain.ts";

export interface RefreshSettings {
  readonly users: SeededUsers;
}

export const createSource: CreateSource<RefreshSettings> = ({ users }) => {
  const chain = new RefreshChain(users);
  return {
    next() {
      const request = chain.next();
      if (request !== undefined) return request;
      throw new Error(`All ${users.count} sessions are being refreshed already, or were lost`);
    },
  };
};
