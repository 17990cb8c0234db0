import { describeFailure } from "./describe-failure.ts";
import { createTransporter, SmtpError } from "./smtp-transport.ts";
import type { SmtpOptions } from "./smtp-transport.ts";
import { untilAborted } from "./until-aborted.ts";

const deadlineMs = 15_000;

/** What came of greeting a mail server. */
export type SmtpCheck =
  /** It answers, its certificate holds, and it takes the user and the password. */
  | { readonly kind: "ready" }
  /** `why`: codes of the failure, with `ECONNREFUSED` or `EAUTH 535` among them for instance. */
  | { readonly kind: "failed"; readonly why: string };

/**
 * Connects to a mail server and signs in, as a transport does before its first mail, and sends
 * nothing. Takes at most 15 s.
 *
 * @throws InvalidAuthOptionsError when the URL cannot be used; the message does not quote it.
 *
 * @example
 * ```ts
 * import { checkSmtpServer } from "@portcullis/server";
 *
 * const check = await checkSmtpServer({ url: process.env["SMTP_URL"] ?? "smtp://localhost:25" });
 * if (check.kind === "failed") console.error(`No mail server: ${check.why}`);
 * ```
 */
export async function checkSmtpServer(options: SmtpOptions): Promise<SmtpCheck> {
  const transporter = createTransporter(options);
  try {
    await untilAborted(transporter.verify(), AbortSignal.timeout(deadlineMs));
    return { kind: "ready" };
  } catch (error) {
    return { kind: "failed", why: describeFailure(new SmtpError(error)) };
  } finally {
    transporter.close({ force: true });
  }
}
