import { z } from "zod";
import { pageDirectionSchema, pageSizeSchema } from "../admin/page.ts";
import { activityKinds, viewAsOwner } from "../audit/activity-entry.ts";
import { auditCursorSchema, makeAuditPage } from "../audit/audit-page.ts";
import type { SignedIn } from "../context/auth-context.ts";
import type { AuditPage } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { listAuditEventsAbout } from "../repositories/audit-list.ts";

export const activityInput = z.strictObject({
  cursor: auditCursorSchema.optional(),
  limit: pageSizeSchema,
  direction: pageDirectionSchema,
});

/** A page of the audit log about the user's own account, newest first. */
export async function pageActivity(
  parts: Parts,
  { cursor, limit }: z.output<typeof activityInput>,
  { user }: SignedIn,
): Promise<AuditPage> {
  const found = await parts.database.read((database) =>
    listAuditEventsAbout(database, {
      userId: user.id,
      kinds: activityKinds,
      afterId: cursor?.id,
      limit: limit + 1,
    }),
  );
  return makeAuditPage(found.map(viewAsOwner), limit);
}
