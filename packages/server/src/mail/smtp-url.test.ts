import { expect, test } from "vitest";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { readSmtpUrl } from "./smtp-url.ts";

const credentials = { user: "user", pass: "secret" };

test.each([
  ["smtps://mail.test", { port: 465, encryption: "implicit", credentials: undefined }],
  ["smtps://user:secret@mail.test:2465/", { port: 2465, encryption: "implicit", credentials }],
  ["smtp://mail.test", { port: 587, encryption: "starttls", credentials: undefined }],
  ["smtp://user:secret@mail.test", { port: 587, encryption: "starttls", credentials }],
  ["smtp://mail.test:25?tls=none", { port: 25, encryption: "none", credentials: undefined }],
  ["smtp://user%40a:p%2F%C3%A4@mail.test", { credentials: { user: "user@a", pass: "p/ä" } }],
  ["smtp://localhost:1025", { host: "localhost", port: 1025, encryption: "none" }],
  ["smtp://user:secret@127.0.0.1:25", { host: "127.0.0.1", encryption: "none", credentials }],
  ["smtp://[::1]:25", { host: "::1", encryption: "none" }],
  ["smtps://[::1]", { host: "::1", encryption: "implicit" }],
  ["smtp://[2001:db8::1]", { host: "2001:db8::1", encryption: "starttls" }],
  ["smtp://127.0.0.1.evil.test", { encryption: "starttls" }],
  ["smtp://localhost.evil.test", { encryption: "starttls" }],
  ["smtp://128.0.0.1", { encryption: "starttls" }],
])("%s is read", (url, expected) => {
  expect(readSmtpUrl(url)).toMatchObject(expected);
});

test.each([
  "",
  "mail.test:25",
  "https://user:canary@mail.test",
  "smtp:user:canary",
  "smtp://user:canary@",
  "smtp://user:canary@mail.test:99999",
  "smtp://user:canary@mail.test:0",
  "smtp://user:canary@mail test",
  "smtp://user:canary@mail.test/path",
  "smtp://user:canary@mail.test/#canary",
  "smtp://user:canary@mail.test?tls=off",
  "smtp://user:canary@localhost?host=evil.test",
  "smtps://user:canary@mail.test?tls=none",
  "smtp://user:canary@mail.test?tls=none",
  "smtp://canary@mail.test",
  "smtp://:canary@mail.test",
  "smtp://user:canary%@mail.test",
  "smtp://user:canary%ff@mail.test",
])("V16.2.5 %j is refused, and the error does not quote it", (url) => {
  const refusal = (): unknown => readSmtpUrl(url);
  expect(refusal).toThrow(InvalidAuthOptionsError);
  expect(refusal).not.toThrow("canary");
});
