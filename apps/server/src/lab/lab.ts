import type { LabDescription } from "../contract.ts";
import type { ServiceConfig } from "../config.ts";
import type { LabConfig } from "./lab-config.ts";
import { createPresentedTokens, type PresentedTokens } from "./presented-tokens.ts";
import {
  createRememberedUsers,
  rememberedSeconds,
  type RememberedUsers,
} from "./remembered-users.ts";
import { createTracedWrites, type TracedWrites } from "./traced-writes.ts";

/** What the procedures of the revocation lab stand on, in one process. */
export interface Lab {
  readonly node: string;
  readonly description: LabDescription;
  readonly tokenRules: { readonly issuer: string; readonly audience: string };
  readonly presentedTokens: PresentedTokens;
  readonly rememberedUsers: RememberedUsers;
  readonly tracedWrites: TracedWrites;
  readonly now: () => number;
}

/** @param now milliseconds since 1970. */
export function createLab(
  config: ServiceConfig,
  { nodes, control }: LabConfig,
  now: () => number,
): Lab {
  const [{ name: node }] = nodes;
  return {
    node,
    description: {
      nodes,
      self: node,
      leaseMs: config.leaseMs,
      accessTokenTtlSeconds: config.accessTokenTtlSeconds,
      cacheSeconds: rememberedSeconds,
      throwawayAccounts: !config.requireVerifiedEmail,
      control,
    },
    tokenRules: { issuer: config.issuer, audience: config.audience },
    presentedTokens: createPresentedTokens(),
    rememberedUsers: createRememberedUsers(now),
    tracedWrites: createTracedWrites(now),
    now,
  };
}
