import { expect, test } from "vitest";
import { checkSmtpServer } from "./check-smtp-server.ts";
import { testCertificate } from "./test-certificate.ts";
import { startSmtpServer } from "./test-smtp-server.ts";

test("a mail server that answers is ready, and gets no mail", async () => {
  await using server = await startSmtpServer();
  expect(await checkSmtpServer({ url: `smtp://${server.host}` })).toEqual({ kind: "ready" });
  expect(server.received).toEqual([]);
});

test("V12.3.2 a certificate that nobody vouches for is a failure", async () => {
  await using server = await startSmtpServer({ secure: true });
  const url = `smtps://localhost:${server.port}`;
  expect(await checkSmtpServer({ url })).toMatchObject({ kind: "failed" });
  expect(await checkSmtpServer({ url, ca: testCertificate })).toEqual({ kind: "ready" });
});

test("V16.2.5 a wrong password is told by its code, without the password", async () => {
  await using server = await startSmtpServer({ allowInsecureAuth: true });
  const check = await checkSmtpServer({ url: `smtp://ada:find-me@${server.host}` });
  expect(check).toMatchObject({ kind: "failed", why: expect.stringContaining("535") });
  expect(JSON.stringify(check)).not.toContain("find-me");
});

test("no server is told by the system's code", async () => {
  expect(await checkSmtpServer({ url: "smtp://127.0.0.1:1" })).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("ECONNREFUSED"),
  });
});
