import { displayNameSchema } from "../accounts/display-name.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { Parts } from "../parts.ts";
import {
  insertOauthClient,
  listLiveOauthClients,
  revokeOauthClient,
} from "../repositories/oauth-clients.ts";
import { hashOf, makeOpaqueToken } from "../tokens/opaque-token.ts";
import { writeCredentials } from "./client-credentials.ts";

/** Most clients that live at once. */
const liveClientsMax = 100;

/** A client as it is listed: another service that may introspect and revoke tokens. */
export interface OauthClient {
  readonly clientId: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What became of a new client. */
export type OauthClientCreation =
  | {
      readonly kind: "created";
      readonly clientId: string;
      /** 256 random bits as 43 characters. It is shown here and never again. */
      readonly clientSecret: string;
    }
  /** The name has other than 1 to 100 code points, or control characters. */
  | { readonly kind: "name_invalid" }
  /** There are 100 already; revoke one first. */
  | { readonly kind: "too_many" };

/**
 * The other services that may call `auth.introspect` and `auth.revoke`, for operators. Changes stand
 * in the audit log. All methods throw `PortcullisError` with the reason `unavailable`, and the
 * changing ones with `outcome_unknown`: then ask `list()`.
 *
 * @example
 * ```ts setup=auth
 * const client = await auth.oauthClients.create("Billing");
 * if (client.kind === "created") console.log(client.clientId, client.clientSecret);
 * ```
 */
export interface OauthClients {
  /** @param name to show: 1 to 100 code points after NFC and trimming, no control characters. */
  create(name: string): Promise<OauthClientCreation>;
  /** The live clients, newest first, at most 100. */
  list(): Promise<OauthClient[]>;
  /**
   * Refuses the client from the next call on, on all nodes.
   *
   * @returns whether there was such a live client.
   */
  revoke(clientId: string): Promise<boolean>;
}

export function createOauthClients(
  parts: Pick<Parts, "database" | "audit" | "now" | "report">,
): OauthClients {
  const { database, audit, now, report } = parts;
  return {
    async create(name) {
      const displayName = displayNameSchema.safeParse(name);
      if (!displayName.success) return { kind: "name_invalid" };
      const token = makeOpaqueToken();
      const { clientId, clientSecret } = writeCredentials(token);
      const client = {
        id: clientId,
        name: displayName.data,
        secretHash: hashOf(token),
        createdAtMs: now(),
      };
      const event = auditEvent("oauth_client_created", "console", now(), { clientId });
      const isInserted = await database.transact(async (transaction) => {
        if (!(await insertOauthClient(transaction, client, liveClientsMax))) return false;
        await audit.insert(transaction, event);
        return true;
      });
      if (!isInserted) return { kind: "too_many" };
      report(event);
      return { kind: "created", clientId, clientSecret };
    },

    async list() {
      const clients = await database.read(listLiveOauthClients);
      return clients.map(({ id, name, createdAt }) => ({ clientId: id, name, createdAt }));
    },

    async revoke(clientId) {
      const event = auditEvent("oauth_client_revoked", "console", now(), { clientId });
      const wasLive = await database.transact(async (transaction) => {
        if (!(await revokeOauthClient(transaction, clientId, now()))) return false;
        await audit.insert(transaction, event);
        return true;
      });
      if (wasLive) report(event);
      return wasLive;
    },
  };
}
