import { expect, test } from "vitest";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { resolveMailOptions, type MailOptions } from "./mail-options.ts";
import { createMemoryOutbox } from "./memory-transport.ts";
import { defaultTemplates } from "./templates.ts";

const options: MailOptions = {
  transport: createMemoryOutbox().transport,
  from: "auth@example.test",
  appUrl: "https://app.example.test/start/",
};

test("the defaults of the options are as documented", () => {
  const settings = resolveMailOptions(options);
  expect(settings).toMatchObject({
    from: { name: "Portcullis", address: "auth@example.test" },
    appName: "Portcullis",
    appUrl: "https://app.example.test/start",
    templates: defaultTemplates,
  });
  expect(resolveMailOptions({ ...options, appUrl: "http://localhost:3000" }).appUrl).toBe(
    "http://localhost:3000",
  );
});

test.each<[string, Partial<MailOptions>]>([
  ["API-18 a sender with a line break", { from: "auth@example.test\r\nBcc: eve@evil.test" }],
  ["a sender with a name", { from: "Portcullis <auth@example.test>" }],
  ["two senders", { from: "auth@example.test,eve@evil.test" }],
  ["no sender", { from: "" }],
  ["API-18 a name with a line break", { appName: "Bell\r\nBcc: eve@evil.test" }],
  ["a name that turns the text around", { appName: "Bell\u202E" }],
  ["an empty name", { appName: "" }],
  ["a name of 65 characters", { appName: "x".repeat(65) }],
  ["an application without a scheme", { appUrl: "app.example.test" }],
  ["an application that is a script", { appUrl: "javascript:alert(1)" }],
  ["an application in a file", { appUrl: "file:///etc/passwd" }],
  ["an application with a query", { appUrl: "https://app.example.test/?x" }],
  ["an application with a fragment", { appUrl: "https://app.example.test/#x" }],
  ["an application with a password", { appUrl: "https://a:b@app.example.test" }],
  ["an endless application", { appUrl: `https://app.example.test/${"x".repeat(1024)}` }],
  ["a relative link", { links: { verifyEmail: (value) => `/verify?token=${value}` } }],
  ["a link without its token", { links: { confirmEmail: () => "https://app.example.test" } }],
  [
    "a link with a line break",
    { links: { resetPassword: (value) => `https://a.test/\n${value}` } },
  ],
])("%s is refused", (_, changes) => {
  expect(() => resolveMailOptions({ ...options, ...changes })).toThrow(InvalidAuthOptionsError);
});
