import { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { lowerCaseUuidSchema } from "../text-rules.ts";
import type { Mail } from "./mail.ts";

/**
 * That somebody asked for something which is answered by mail only. The API writes the same whether
 * or not it knows the address, so that neither its answer nor its time tells; what comes of it is
 * found out afterwards.
 */
export const mailRequestSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("password_reset_requested"), to: emailSchema }),
  z.strictObject({
    kind: z.literal("registration_requested"),
    to: emailSchema,
    registrationId: lowerCaseUuidSchema,
  }),
  z.strictObject({
    kind: z.literal("email_change_requested"),
    to: emailSchema,
    userId: lowerCaseUuidSchema,
    /** The user's when they asked: a thief's request must not outlive the thief's session. */
    tokenVersion: z.int().min(1),
  }),
]);

type AnyMailRequest = z.output<typeof mailRequestSchema>;

export type MailRequestKind = AnyMailRequest["kind"];

export type MailRequest<Kind extends MailRequestKind = MailRequestKind> = Readonly<
  Extract<AnyMailRequest, { kind: Kind }>
>;

const requestKinds: ReadonlySet<string> = new Set(
  mailRequestSchema.options.map((option) => option.shape.kind.value),
);

export function isMailRequest(content: Mail | MailRequest): content is MailRequest {
  return requestKinds.has(content.kind);
}

/**
 * Decides which mail answers a request, if any. The request is used up in the same transaction, so
 * that what a resolver writes into it happens once, or not at all when it throws.
 */
export type MailResolvers = {
  readonly [Kind in MailRequestKind]: (
    transaction: AuthTransaction,
    request: MailRequest<Kind>,
  ) => Promise<Mail | undefined>;
};
