import { z } from "zod";
import { safeInteger } from "./column-values.ts";
import type { AuthDatabase } from "./tables.ts";

/** The id of the realm's only row. */
export const realmId = "realm";

/** What all users have in common. Raising `tokenEpoch` ends every session and token there is. */
export const realmRecordSchema = z.strictObject({
  id: z.literal(realmId),
  tokenEpoch: z.int().min(1),
});

export type RealmRecord = z.infer<typeof realmRecordSchema>;

export async function loadRealm(database: AuthDatabase): Promise<RealmRecord> {
  return { id: realmId, tokenEpoch: await readTokenEpoch(database) };
}

export async function readTokenEpoch(database: AuthDatabase): Promise<number> {
  const row = await database
    .selectFrom("portcullis.realm")
    .select("token_epoch")
    .where("id", "=", realmId)
    .executeTakeFirstOrThrow();
  return safeInteger(row.token_epoch);
}
