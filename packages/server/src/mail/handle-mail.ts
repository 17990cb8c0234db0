import { claimMail, deleteMail, postponeMail, type ClaimedMail } from "../repositories/mail.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { describeFailure } from "./describe-failure.ts";
import type { MailParts } from "./mail-parts.ts";
import {
  isMailRequest,
  type MailRequest,
  type MailRequestKind,
  type MailResolvers,
} from "./mail-request.ts";
import type { Mail } from "./mail.ts";
import { queueMail } from "./queue-mail.ts";
import { renderMail } from "./render-mail.ts";
import { endOfMail, isOver, nextAttemptAt } from "./retry-schedule.ts";
import { openContent, type MailContent } from "./sealed-content.ts";
import { untilAborted } from "./until-aborted.ts";

const sendTimeoutMs = 15_000;
/**
 * Longer than five sends and the statements around them, for a mail may wait for four to the same
 * recipient: so a mail has one worker at a time. The clocks of the nodes may differ by what is left.
 */
const leaseMs = 120_000;

/** A mail that this process alone works on, as far as it can read it. */
export interface DueMail {
  readonly claimed: ClaimedMail;
  /** `undefined` when it was sealed with a key that this node does not have, or by another version. */
  readonly content: MailContent | undefined;
}

/** The row was sealed with a key that this node does not have, or by another version. */
class UnreadableMailError extends Error {
  override readonly name = "UnreadableMailError";
}

/**
 * Takes the mail that is due next, if there is one.
 *
 * @throws PortcullisError when Postgres cannot be reached.
 */
export async function claimNextMail({
  database,
  sealKeys,
  now,
}: MailParts): Promise<DueMail | undefined> {
  const nowMs = now();
  const claimed = await database.transact((transaction) =>
    claimMail(transaction, { nowMs, endsAtMs: nowMs + leaseMs }),
  );
  if (claimed === undefined) return undefined;
  return { claimed, content: openContent(sealKeys, claimed.id, claimed.contentEncrypted) };
}

/**
 * Sends a mail, or puts it off. Nothing of it is left in a transaction while a mail server is waited
 * for.
 *
 * @throws PortcullisError when Postgres cannot be reached; the mail is tried again after its lease.
 */
export async function handleMail(parts: MailParts, { claimed, content }: DueMail): Promise<void> {
  const endsAtMs = endOfMail(claimed.createdAt, content);
  if (isOver(claimed.attempts, endsAtMs, parts.now())) return giveUp(parts, claimed);
  try {
    if (content === undefined) throw new UnreadableMailError();
    if (isMailRequest(content)) return await answerRequest(parts, claimed.id, content);
    await send(parts, claimed, content);
  } catch (error) {
    return retryLater(parts, claimed, endsAtMs, error);
  }
  parts.report({ kind: "mail_sent", mailKind: claimed.kind });
  await parts.database.transact((transaction) => deleteMail(transaction, claimed.id));
}

/** Puts the mail that answers a request in its place. */
async function answerRequest(parts: MailParts, id: string, request: MailRequest): Promise<void> {
  await parts.database.transact(async (transaction) => {
    // First, for it decides which worker answers when a lease has ended under another.
    if (!(await deleteMail(transaction, id))) return;
    const mail = await resolve(parts.resolvers, request.kind, transaction, request);
    if (mail !== undefined) await queueMail(parts, transaction, mail);
  });
}

function resolve<Kind extends MailRequestKind>(
  resolvers: MailResolvers,
  kind: Kind,
  transaction: AuthTransaction,
  request: MailRequest<Kind>,
): Promise<Mail | undefined> {
  return resolvers[kind](transaction, request);
}

async function send({ settings, now }: MailParts, claimed: ClaimedMail, mail: Mail): Promise<void> {
  const ageMs = now() - claimed.createdAt;
  const message = renderMail(settings, { id: claimed.id, ageMs }, mail);
  const signal = AbortSignal.timeout(sendTimeoutMs);
  await untilAborted(settings.transport.send(message, signal), signal);
}

async function retryLater(
  parts: MailParts,
  claimed: ClaimedMail,
  endsAtMs: number,
  error: unknown,
): Promise<void> {
  const { kind: mailKind, attempts } = claimed;
  const atMs = nextAttemptAt(attempts, endsAtMs, parts.now());
  if (atMs !== undefined) {
    await parts.database.transact((transaction) => postponeMail(transaction, claimed, atMs));
  }
  const description = describeFailure(error);
  parts.report({ kind: "mail_failed", mailKind, attempt: attempts, error: description });
  if (atMs === undefined) await giveUp(parts, claimed);
}

async function giveUp({ database, report }: MailParts, claimed: ClaimedMail): Promise<void> {
  const isOurs = await database.transact((transaction) => deleteMail(transaction, claimed.id));
  if (isOurs) report({ kind: "mail_given_up", mailKind: claimed.kind });
}
