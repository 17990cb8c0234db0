import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basic } from "../../test/oauth-service.ts";
import { makeOpaqueToken } from "../tokens/opaque-token.ts";
import { readBasicCredentials, writeCredentials } from "./client-credentials.ts";

const token = makeOpaqueToken();
const { clientId, clientSecret } = writeCredentials(token);
const read = { clientId, token };
const percent = (text: string): string =>
  [...text].map((char) => `%${char.codePointAt(0)?.toString(16)}`).join("");

test("9068-5 a client's id cannot be a user's, which is a bare UUID", () => {
  expect(clientId).toBe(`client-${token.id}`);
});

test("what was written is read", () => {
  expect(readBasicCredentials(basic(clientId, clientSecret))).toEqual(read);
});

test("the scheme may have any case, and any character may be percent-encoded", () => {
  const header = basic(clientId, clientSecret);
  expect(readBasicCredentials(header.replace("Basic", "bASIC"))).toEqual(read);
  expect(readBasicCredentials(basic(percent(clientId), percent(clientSecret)))).toEqual(read);
  const upper = percent(clientId).toUpperCase();
  expect(readBasicCredentials(basic(upper, clientSecret))).toEqual(read);
});

describe("another spelling is refused", () => {
  const good = basic(clientId, clientSecret);
  test.each([
    ["nothing", null],
    ["an empty header", ""],
    ["the scheme alone", "Basic"],
    ["no credentials", "Basic "],
    ["two blanks", good.replace(" ", "  ")],
    ["a tab", good.replace(" ", "\t")],
    ["text behind it", `${good} x`],
    ["two headers", `${good}, ${good}`],
    ["Bearer", good.replace("Basic", "Bearer")],
    ["no base64", "Basic %%%"],
    ["base64url", `Basic ${Buffer.from("client-~~~:~~~?").toString("base64url")}`],
    ["padding too much", `${basic(clientId, clientSecret)}=`],
    ["no colon", `Basic ${Buffer.from(clientId + clientSecret).toString("base64")}`],
    ["a third part", basic(clientId, `${clientSecret}:`)],
    ["no secret", basic(clientId, "")],
    ["no id", basic("", clientSecret)],
    ["a bare UUID", basic(token.id, clientSecret)],
    ["upper case", basic(clientId.toUpperCase(), clientSecret)],
    ["the prefix in upper case", basic(clientId.replace("client", "CLIENT"), clientSecret)],
    ["a secret with padding", basic(clientId, `${clientSecret}=`)],
    ["a shorter secret", basic(clientId, clientSecret.slice(0, -1))],
    ["a longer secret", basic(clientId, `${clientSecret}A`)],
    ["a dot in the secret", basic(clientId, `${clientSecret}.`)],
    ["a dot in the id", basic(`${clientId}.x`, clientSecret)],
    ["a blank", basic(clientId, `+${clientSecret}`)],
    ["half a percent sign", basic(`${clientId}%2`, clientSecret)],
    ["NUL", basic(`${clientId}%00`, clientSecret)],
    ["UTF-8", basic(`${clientId}é`, clientSecret)],
    ["a header without end", basic(clientId, "A".repeat(100_000))],
  ])("%s", (_, header) => {
    expect(readBasicCredentials(header)).toBeUndefined();
  });
});

test("any other header is refused without an error", () => {
  const text = fc
    .uint8Array({ maxLength: 100 })
    .map((bytes) => Buffer.from(bytes).toString("latin1"));
  const header = fc.oneof(
    text,
    text.map((value) => basic(value, clientSecret)),
    text.map((value) => basic(clientId, value)),
  );
  const isRefused = fc.property(header, (value) => readBasicCredentials(value) === undefined);
  expect(() => fc.assert(isRefused)).not.toThrow();
});
