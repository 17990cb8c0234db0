import { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import { plainText } from "../text-rules.ts";

/** To whom a mail goes that says nothing of an account. */
const recipient = { to: emailSchema };

/**
 * To whom a mail about their account goes. The name is null unless the address is verified: until
 * then a stranger may have chosen it, and could have us print it to the owner of the address.
 */
const accountOwner = { ...recipient, name: plainText(400, "The name").nullable() };

/** A secret that its reader brings back to us, and how long it is good for from now on. */
const proof = {
  token: plainText(200, "The token").min(1),
  expiresInMinutes: z.int().min(1).max(10_080),
};

/** Milliseconds since 1970. */
const at = z.int().min(0).max(8_640_000_000_000_000);

/** What came with a request: the User-Agent header and the client's IP address. */
const device = {
  userAgent: plainText(1024, "The user agent").nullable(),
  address: plainText(64, "The address").nullable(),
};

/** All kinds of mails, as they are kept until they are sent. */
export const mailSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("verify_email"), ...recipient, ...proof }),
  z.strictObject({ kind: z.literal("already_registered"), ...recipient }),
  z.strictObject({ kind: z.literal("reset_password"), ...accountOwner, ...proof }),
  z.strictObject({ kind: z.literal("password_changed"), ...accountOwner, at }),
  // To the new address, whose owner may know nothing of the account.
  z.strictObject({ kind: z.literal("change_email"), ...recipient, ...proof }),
  // To the owner of an address that somebody wanted for another account.
  z.strictObject({ kind: z.literal("email_taken"), ...accountOwner }),
  // To the old address, and to the new one.
  z.strictObject({ kind: z.literal("email_changed"), ...accountOwner, newEmail: emailSchema, at }),
  // A refresh token was used twice, and its session was ended.
  z.strictObject({ kind: z.literal("session_compromised"), ...accountOwner, ...device, at }),
  z.strictObject({ kind: z.literal("new_login"), ...accountOwner, ...device, at }),
  z.strictObject({ kind: z.literal("account_deleted"), ...accountOwner, at }),
]);

type AnyMail = z.output<typeof mailSchema>;

/** What a mail is about. */
export type MailKind = AnyMail["kind"];

/**
 * What is to be told to whom, in one of ten ways. `to` is an address in canonical form; `name` is
 * the user's if their address is verified, else null; `at` is in milliseconds since 1970.
 */
export type Mail<Kind extends MailKind = MailKind> = Readonly<Extract<AnyMail, { kind: Kind }>>;
