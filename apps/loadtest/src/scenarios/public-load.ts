import { randomInt } from "node:crypto";
import type { CreateSource } from "../load.ts";
import { addressCount } from "../stage/seeded-users.ts";
import { queryOf } from "./trpc-request.ts";

export type PublicSettings =
  | { readonly procedure: "posts.byId"; readonly postId: string }
  | { readonly procedure: "posts.list" };

/** What everybody may ask. */
export const createSource: CreateSource<PublicSettings> = (settings) => {
  const input = settings.procedure === "posts.byId" ? { id: settings.postId } : { limit: 20 };
  const { procedure } = settings;
  return {
    next: () => queryOf({ kind: "public", procedure, address: randomInt(addressCount), input }),
  };
};
