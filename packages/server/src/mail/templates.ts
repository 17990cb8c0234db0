import { layOut, type RenderedMail } from "./mail-layout.ts";
import {
  dateAndTime,
  deviceName,
  duration,
  greeting,
  maskedEmail,
  networkAddress,
} from "./mail-wording.ts";
import type { Mail, MailKind } from "./mail.ts";

/** What a template is given besides the mail. */
export interface MailPage {
  readonly appName: string;
  /** Where the reader goes: the page that takes the mail's token, else `appUrl`. */
  readonly link: string;
}

/**
 * Writes a mail of each kind. Names and user agents in it come from strangers: escape them in HTML,
 * and leave out what could pass for a message of yours.
 */
export type MailTemplates = {
  readonly [Kind in MailKind]: (mail: Mail<Kind>, page: MailPage) => RenderedMail;
};

const nothingToDo = "If it was not you, there is nothing to do: just leave the link alone.";

export const defaultTemplates: MailTemplates = {
  verify_email: ({ expiresInMinutes }, { appName, link }) =>
    layOut(`Confirm your email address for ${appName}`, [
      greeting(null),
      `Somebody, most likely you, registered at ${appName} with this address. ` +
        "Confirm that it is yours, with the password that you chose:",
      { label: "Confirm my address", link },
      validity(expiresInMinutes),
      nothingToDo,
    ]),

  already_registered: (_, { appName, link }) =>
    layOut(`You already have an account at ${appName}`, [
      greeting(null),
      `Somebody, most likely you, wanted to register at ${appName} with this address. It has an ` +
        "account already, so nothing was changed. Sign in to it, or ask there for a new password:",
      { label: `Go to ${appName}`, link },
      "If it was not you, there is nothing to do: nobody got into your account.",
    ]),

  reset_password: ({ name, expiresInMinutes }, { appName, link }) =>
    layOut(`Choose a new password for ${appName}`, [
      greeting(name),
      `Somebody, most likely you, asked for a new password for your account at ${appName}:`,
      { label: "Choose a new password", link },
      validity(expiresInMinutes),
      "If it was not you, there is nothing to do: your password stays as it is.",
    ]),

  password_changed: ({ name, at }, { appName, link }) =>
    layOut(`Your password for ${appName} was changed`, [
      greeting(name),
      `The password of your account at ${appName} was changed on ${dateAndTime(at)}.`,
      "If it was you, there is nothing to do.",
      "If it was not you, somebody else may be in your account. Ask for a new password at once:",
      { label: `Go to ${appName}`, link },
    ]),

  change_email: ({ expiresInMinutes }, { appName, link }) =>
    layOut(`Confirm your new email address for ${appName}`, [
      greeting(null),
      `Somebody, most likely you, wants to use this address for an account at ${appName}. ` +
        "Confirm that it is yours, in the browser that you are signed in with:",
      { label: "Use this address", link },
      validity(expiresInMinutes),
      nothingToDo,
    ]),

  email_taken: ({ name }, { appName, link }) =>
    layOut(`Your email address is in use at ${appName}`, [
      greeting(name),
      `Somebody wanted to use this address for another account at ${appName}. Your account has ` +
        "it, so nothing was changed.",
      "If it was you, sign in to the account that has this address:",
      { label: `Go to ${appName}`, link },
      "If it was not you, there is nothing to do: nobody got into your account.",
    ]),

  email_changed: ({ name, newEmail, at }, { appName, link }) =>
    layOut(`Your email address for ${appName} was changed`, [
      greeting(name),
      `The email address of your account at ${appName} was changed on ${dateAndTime(at)} to ` +
        `${maskedEmail(newEmail)}. Mails about the account go there from now on.`,
      "If it was you, there is nothing to do.",
      `If it was not you, somebody else is in your account. Tell those who run ${appName} at once:`,
      { label: `Go to ${appName}`, link },
    ]),

  session_compromised: ({ name, at, ...device }, { appName, link }) =>
    layOut(`We ended one of your sessions at ${appName}`, [
      greeting(name),
      `A key of one of your sessions at ${appName} was used twice, on ${dateAndTime(at)}. Somebody ` +
        "may have copied it, so we ended that session for everybody who had the key. It was opened " +
        "from:",
      { facts: deviceFacts(device) },
      "Sign in again to go on. If this was not a device of yours, change your password as well:",
      { label: `Go to ${appName}`, link },
    ]),

  new_login: ({ name, at, ...device }, { appName, link }) =>
    layOut(`New sign-in to your account at ${appName}`, [
      greeting(name),
      `Somebody, most likely you, signed in to your account at ${appName}:`,
      { facts: { When: dateAndTime(at), ...deviceFacts(device) } },
      "If it was you, there is nothing to do.",
      "If it was not you, somebody else knows your password. Change it at once, and end the other " +
        "sessions:",
      { label: `Go to ${appName}`, link },
    ]),

  account_deleted: ({ name, at }, { appName, link }) =>
    layOut(`Your account at ${appName} was deleted`, [
      greeting(name),
      `Your account at ${appName} was deleted on ${dateAndTime(at)}. This is our last mail to you.`,
      `If it was not you, tell those who run ${appName}:`,
      { label: `Go to ${appName}`, link },
    ]),
};

function validity(expiresInMinutes: number): string {
  return `The link is good for ${duration(expiresInMinutes)}, and only once.`;
}

function deviceFacts(device: {
  readonly userAgent: string | null;
  readonly address: string | null;
}): Readonly<Record<string, string>> {
  return {
    Device: deviceName(device.userAgent),
    "IP address": networkAddress(device.address),
  };
}
