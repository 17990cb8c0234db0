import type { Parts } from "../parts.ts";
import { noInput } from "../text-rules.ts";
import { createBanInput } from "./ban-input.ts";
import { banUser } from "./ban-user.ts";
import { findUser } from "./find-user.ts";
import { auditLogInput, pageAuditLog } from "./page-audit-log.ts";
import { listUsersInput, pageUsers } from "./page-users.ts";
import { logUserOut } from "./log-user-out.ts";
import type { OwnPermission } from "./permissions.ts";
import type { Permitted } from "./permitted.ts";
import { revokeAllTokens } from "./revoke-all-tokens.ts";
import { createSetRoleInput } from "./set-role-input.ts";
import { setRole } from "./set-role.ts";
import { unbanUser } from "./unban-user.ts";
import { userIdInput } from "./user-id-input.ts";

/** The part of the API for roles with permissions. */
export function createAdminProcedures(permitted: Permitted, parts: Parts) {
  const may = (permission: OwnPermission) => permitted(permission);
  return {
    users: {
      list: may("users:read")
        .input(listUsersInput)
        .query(({ input }) => pageUsers(parts, input)),
      byId: may("users:read")
        .input(userIdInput)
        .query(({ input }) => findUser(parts, input)),
      ban: may("users:ban")
        .input(createBanInput(parts.now))
        .mutation(({ input, ctx }) => banUser(parts, input, ctx)),
      unban: may("users:ban")
        .input(userIdInput)
        .mutation(({ input, ctx }) => unbanUser(parts, input, ctx)),
      logout: may("users:logout")
        .input(userIdInput)
        .mutation(({ input, ctx }) => logUserOut(parts, input, ctx)),
      setRole: may("users:set_role")
        .input(createSetRoleInput(parts.roles.names))
        .mutation(({ input, ctx }) => setRole(parts, input, ctx)),
    },
    auditLog: may("audit:read")
      .input(auditLogInput)
      .query(({ input }) => pageAuditLog(parts, input)),
    revokeAllTokens: may("tokens:revoke_all")
      .input(noInput)
      .mutation(({ ctx }) => revokeAllTokens(parts, ctx)),
  };
}
