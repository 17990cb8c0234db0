import type { UserSummary } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { findListedUser } from "../repositories/user-list.ts";
import type { UserIdInput } from "./user-id-input.ts";
import { summarizeUser } from "./user-summary.ts";

export async function findUser(parts: Parts, { userId }: UserIdInput): Promise<UserSummary> {
  const user = await parts.database.read((database) => findListedUser(database, userId));
  if (user === undefined) throw new PortcullisError("user_not_found");
  return summarizeUser(user, parts.now());
}
