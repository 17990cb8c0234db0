import { z } from "zod";
import { auditCursorSchema, makeAuditPage } from "../audit/audit-page.ts";
import type { AuditPage } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { listAuditEvents } from "../repositories/audit-list.ts";
import { lowerCaseUuidSchema } from "../text-rules.ts";
import { pageDirectionSchema, pageSizeSchema } from "./page.ts";

export const auditLogInput = z.strictObject({
  userId: lowerCaseUuidSchema.optional(),
  cursor: auditCursorSchema.optional(),
  limit: pageSizeSchema,
  direction: pageDirectionSchema,
});

/** A page of the audit log, newest first. */
export async function pageAuditLog(
  parts: Parts,
  { userId, cursor, limit }: z.output<typeof auditLogInput>,
): Promise<AuditPage> {
  // In a transaction for its statement timeout, as the log of one user may be sought for long.
  const found = await parts.database.transact((transaction) =>
    listAuditEvents(transaction, { userId, afterId: cursor?.id, limit: limit + 1 }),
  );
  return makeAuditPage(found, limit);
}
