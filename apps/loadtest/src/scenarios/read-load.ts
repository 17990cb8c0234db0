import { randomInt } from "node:crypto";
import type { CreateSource } from "../load.ts";
import { createTokenMint, type TokenKey } from "../stage/minted-tokens.ts";
import { addressCount, type SeededUsers } from "../stage/seeded-users.ts";
import { queryOf } from "./trpc-request.ts";

export interface ReadSettings {
  readonly tokens:
    | { readonly kind: "given"; readonly token: string }
    | {
        readonly kind: "minted";
        readonly key: TokenKey;
        readonly users: SeededUsers;
        readonly order: "in turn" | "by chance";
      };
  /** Calls in one request. */
  readonly calls: number;
}

/** Most that are signed before the load begins; others when their turn comes. */
const signedBeforeMax = 20_000;

/** The protected query: who is signed in. */
export const createSource: CreateSource<ReadSettings> = ({ tokens, calls }) => {
  const procedure = Array.from({ length: calls }, () => "auth.me").join(",");
  const nextToken = tokens.kind === "given" ? () => tokens.token : mintedTokens(tokens);
  return {
    next: () =>
      queryOf({ kind: "read", procedure, address: randomInt(addressCount), token: nextToken() }),
  };
};

function mintedTokens({
  key,
  users,
  order,
}: Extract<ReadSettings["tokens"], { kind: "minted" }>): () => string {
  const mint = createTokenMint(key, users);
  const { first, count } = users;
  for (let at = 0; at < Math.min(count, signedBeforeMax); at += 1) mint.tokenOf(first + at);
  let asked = 0;
  const nextUser = (): number => (order === "in turn" ? asked++ % count : randomInt(count));
  return () => mint.tokenOf(first + nextUser());
}
