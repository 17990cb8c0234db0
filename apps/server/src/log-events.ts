import type { AuthEvent } from "@portcullis/server";
import type { CacheEvent } from "@portcullis/write-through";
import type { Logger } from "./log.ts";

/** Writes what happens in auth to the log. The events carry no personal data and no secrets. */
export function logAuthEvents(log: Logger): (event: AuthEvent) => void {
  return (event) => {
    const { kind, ...details } = event;
    switch (kind) {
      case "call_failed":
        logFailedCall(log, event);
        break;
      case "audit_not_written":
      case "keys_not_reloaded":
      case "keys_not_rotated":
      case "mail_worker_failed":
      case "purge_failed":
        log.error(details, kind);
        break;
      case "breach_source_failed":
      case "limits_counted_locally":
      case "mail_failed":
      case "mail_given_up":
      case "permission_denied":
      case "rate_limited":
      case "refresh_token_reused":
        log.warn(details, kind);
        break;
      case "token_refused":
        log.debug(details, kind);
        break;
      default:
        log.info(details, kind);
    }
  };
}

/** Being overloaded is what the bound is for: one line for each call of a crowd, and no stack. */
function logFailedCall(log: Logger, event: Extract<AuthEvent, { kind: "call_failed" }>): void {
  const { kind, error, ...details } = event;
  if (event.reason === "overloaded") log.warn(details, kind);
  else log.error({ ...details, error }, kind);
}

/** Writes what happens in the cache to the log. */
export function logCacheEvents(log: Logger): (event: CacheEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "adopted":
        log.info({ epoch: String(event.epoch) }, "cache_adopted");
        break;
      case "joined":
      case "stranger":
      case "fence_resolved":
        log.info(withoutKind(event), `cache_${event.kind}`);
        break;
      default:
        log.warn(withoutKind(event), `cache_${event.kind}`);
    }
  };
}

function withoutKind({ kind: _kind, ...details }: CacheEvent): object {
  return details;
}
