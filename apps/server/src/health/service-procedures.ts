import type { Auth } from "@portcullis/server";
import type { ServiceHealth } from "../contract.ts";
import type { Root } from "../trpc.ts";

/** What a role has to permit for its users to see how the service is. */
export const readServicePermission = "service:read";

/** The procedures of those who look after the service. */
export function createServiceProcedures(
  t: Root,
  auth: Auth,
  checkHealth: () => Promise<ServiceHealth>,
) {
  return {
    health: t.procedure.concat(auth.permitted(readServicePermission)).query(checkHealth),
  };
}
