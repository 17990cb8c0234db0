import type { MailContent } from "./sealed-content.ts";

const minuteMs = 60_000;
/** As many as fit into a day. */
const attemptsMax = 15;
const lifeMs = 24 * 60 * minuteMs;
const longestDelayMs = 180 * minuteMs;

/** From when on nobody needs a mail any more: after a day, or once its token is over. */
export function endOfMail(createdAtMs: number, content: MailContent | undefined): number {
  const tokenLifeMs =
    content !== undefined && "expiresInMinutes" in content
      ? content.expiresInMinutes * minuteMs
      : lifeMs;
  return createdAtMs + Math.min(lifeMs, tokenLifeMs);
}

/**
 * Whether a claimed mail is to be given up unsent. More than the last attempt was begun only when
 * processes died over it.
 */
export function isOver(attempts: number, endsAtMs: number, nowMs: number): boolean {
  return attempts > attemptsMax || nowMs >= endsAtMs;
}

/** When to try again after a failure: 1, 2, 4, ... minutes later, at most 3 hours; or never. */
export function nextAttemptAt(
  attempts: number,
  endsAtMs: number,
  nowMs: number,
): number | undefined {
  const atMs = nowMs + Math.min(minuteMs * 2 ** (attempts - 1), longestDelayMs);
  return attempts >= attemptsMax || atMs >= endsAtMs ? undefined : atMs;
}
