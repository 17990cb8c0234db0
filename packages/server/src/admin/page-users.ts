import { z } from "zod";
import type { UserPage } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { listUsers } from "../repositories/user-list.ts";
import { boundedText, lowerCaseUuidSchema } from "../text-rules.ts";
import { cursorSchema, writeCursor } from "./cursor.ts";
import { pageDirectionSchema, pageSizeSchema, takePage } from "./page.ts";
import { summarizeUser } from "./user-summary.ts";

const placeSchema = z.strictObject({ createdAtMicros: z.int().min(0), id: lowerCaseUuidSchema });

export const listUsersInput = z.strictObject({
  // NFC, as names are stored.
  search: boundedText("The search", { maxCodePoints: 100, maxLength: 400 }, (text) =>
    text.normalize("NFC"),
  ).optional(),
  cursor: cursorSchema(placeSchema).optional(),
  limit: pageSizeSchema,
  direction: pageDirectionSchema,
});

/** A page of users, newest first. */
export async function pageUsers(
  parts: Parts,
  { search, cursor, limit }: z.output<typeof listUsersInput>,
): Promise<UserPage> {
  // In a transaction for its statement timeout: no index helps a search, and one that nobody waits
  // for any more must not go on.
  const found = await parts.database.transact((transaction) =>
    listUsers(transaction, { search, after: cursor, limit: limit + 1 }),
  );
  const { items, last } = takePage(found, limit);
  return {
    users: items.map(({ user }) => summarizeUser(user, parts.now())),
    ...(last !== undefined && { nextCursor: writeCursor(last.place) }),
  };
}
