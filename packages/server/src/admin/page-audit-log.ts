import { z } from "zod";
import type { AuditEntry, AuditPage } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { listAuditEvents } from "../repositories/audit-list.ts";
import type { AuditRecord } from "../repositories/audit-list.ts";
import { lowerCaseUuidSchema } from "../text-rules.ts";
import { cursorSchema, writeCursor } from "./cursor.ts";
import { pageSizeSchema, takePage } from "./page.ts";

const placeSchema = z.strictObject({ id: z.int().min(1) });

export const auditLogInput = z.strictObject({
  userId: lowerCaseUuidSchema.optional(),
  cursor: cursorSchema(placeSchema).optional(),
  limit: pageSizeSchema,
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
  const { items, last } = takePage(found, limit);
  return {
    entries: items.map(viewEntry),
    ...(last !== undefined && { nextCursor: writeCursor({ id: last.id }) }),
  };
}

function viewEntry(record: AuditRecord): AuditEntry {
  return { ...record, id: String(record.id), at: new Date(record.at).toISOString() };
}
