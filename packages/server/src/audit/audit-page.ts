import { z } from "zod";
import { cursorSchema, writeCursor } from "../admin/cursor.ts";
import { takePage } from "../admin/page.ts";
import type { AuditEntry, AuditPage } from "../contract.ts";
import type { AuditRecord } from "../repositories/audit-list.ts";

/** The last entry of the page before. */
export const auditCursorSchema = cursorSchema(z.strictObject({ id: z.int().min(1) }));

/** Makes a page of entries that were read one further than its limit. */
export function makeAuditPage(found: readonly AuditRecord[], limit: number): AuditPage {
  const { items, last } = takePage(found, limit);
  return {
    entries: items.map(viewEntry),
    ...(last !== undefined && { nextCursor: writeCursor({ id: last.id }) }),
  };
}

function viewEntry(record: AuditRecord): AuditEntry {
  return { ...record, id: String(record.id), at: new Date(record.at).toISOString() };
}
