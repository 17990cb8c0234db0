import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { seal } from "../tokens/keys/seal.ts";
import type { Mail } from "./mail.ts";
import { openContent, sealContent } from "./sealed-content.ts";

const id = "00000000-0000-4000-8000-000000000001";
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const mail: Mail = {
  kind: "reset_password",
  to: "ada@example.test",
  name: "Ada",
  token: "the-token",
  expiresInMinutes: 10,
};

test("what was sealed opens, also with a key that no longer seals", () => {
  const sealed = sealContent([oldKey], id, mail);
  expect(openContent([oldKey], id, sealed)).toEqual(mail);
  expect(openContent([newKey, oldKey], id, sealed)).toEqual(mail);
  expect(openContent([oldKey], id, sealContent([newKey, oldKey], id, mail))).toBeUndefined();
});

test("it opens neither with another key, nor in another row, nor after a change", () => {
  const sealed = sealContent([oldKey], id, mail);
  expect(openContent([newKey], id, sealed)).toBeUndefined();
  expect(openContent([oldKey], id.replace("1", "2"), sealed)).toBeUndefined();
  expect(
    openContent(
      [oldKey],
      id,
      sealed.map((byte) => byte ^ 1),
    ),
  ).toBeUndefined();
  expect(openContent([oldKey], id, new Uint8Array())).toBeUndefined();
});

test.each([
  ["no JSON", "{"],
  ["another kind", JSON.stringify({ ...mail, kind: "advertisement" })],
  ["a field too many", JSON.stringify({ ...mail, bcc: "eve@example.test" })],
  ["a field too few", JSON.stringify({ ...mail, token: undefined })],
  ["a token that is too long", JSON.stringify({ ...mail, token: "x".repeat(201) })],
  ["V1.3.11 two addresses", JSON.stringify({ ...mail, to: "a@example.test, b@example.test" })],
  ["V1.3.11 an address with a line", JSON.stringify({ ...mail, to: "a@b.test\r\nBcc: c@d.test" })],
])("%s is no content, though it was sealed by us", (_, text) => {
  expect(openContent([oldKey], id, seal(oldKey, id, Buffer.from(text)))).toBeUndefined();
});
