import type { Parts } from "../parts.ts";
import { introspect } from "./introspect.ts";
import { answerEmpty, answerJson } from "./oauth-answers.ts";
import { createOauthClients } from "./oauth-clients.ts";
import type { OauthClients } from "./oauth-clients.ts";
import { createEndpoint } from "./oauth-endpoint.ts";
import type { OauthHandler } from "./oauth-endpoint.ts";
import { revoke } from "./revoke.ts";

/** What other services see of tokens, and the services that may. */
export interface OauthEndpoints {
  readonly introspect: OauthHandler;
  readonly revoke: OauthHandler;
  readonly clients: OauthClients;
}

export function createOauthEndpoints(parts: Parts): OauthEndpoints {
  return {
    introspect: createEndpoint(parts, "oauth.introspect", async (call) =>
      answerJson(await introspect(parts, call)),
    ),
    revoke: createEndpoint(parts, "oauth.revoke", async (call) => {
      await revoke(parts, call);
      return answerEmpty();
    }),
    clients: createOauthClients(parts),
  };
}
