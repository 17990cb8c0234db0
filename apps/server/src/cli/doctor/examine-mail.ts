import { checkSmtpServer } from "@portcullis/server";
import type { MailConfig } from "../../config.ts";
import { fault, fine, warning, type Finding } from "./finding.ts";

/** Greets the mail server, and sends nothing. */
export async function examineMail(mail: MailConfig): Promise<Finding> {
  switch (mail.kind) {
    case "none":
      return warning(
        "mail",
        "No mail server is set: emails can not be verified, and a forgotten password is lost.",
        "Set SMTP_URL and MAIL_FROM.",
      );
    case "outbox":
      return fine(
        "mail",
        "Mails are kept in memory and shown on this machine only, at an address that the service prints when it starts.",
      );
    case "smtp": {
      const check = await checkSmtpServer({ url: mail.url });
      const { hostname } = new URL(mail.url);
      if (check.kind === "ready") {
        return fine("mail", `The mail server ${hostname} answers and lets us in.`);
      }
      return fault(
        "mail",
        `The mail server ${hostname} can not be used: ${check.why}.`,
        "Correct SMTP_URL, or see to the server; mails wait in the database for a while.",
      );
    }
  }
}
