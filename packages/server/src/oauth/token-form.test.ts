import { describe, expect, test } from "vitest";
import { parseTokenForm, readTokenForm } from "./token-form.ts";

test.each([
  ["token=abc", "abc"],
  ["token=abc&token_type_hint=access_token", "abc"],
  ["token_type_hint=nonsense&token=abc", "abc"],
  ["token=a%2Eb&resource=x&client_id=y", "a.b"],
  ["token=a+b", "a b"],
])("takes the token of %j", (text, token) => {
  expect(parseTokenForm(text)).toEqual({ kind: "token", token });
});

test.each([
  ["", "token_missing"],
  ["token", "token_missing"],
  ["token=", "token_missing"],
  ["Token=abc", "token_missing"],
  ["token_type_hint=access_token", "token_missing"],
  ["token=abc&token=abc", "parameter_twice"],
  ["token=abc&token=", "parameter_twice"],
  ["token=abc&to%6Ben=def", "parameter_twice"],
  ["token=abc&x=1&x=2", "parameter_twice"],
  ["token=abc&client_id=x&client_secret=y", "second_credentials"],
  ["token=abc&client_assertion=y", "second_credentials"],
])("refuses %j: %s", (text, refusal) => {
  expect(parseTokenForm(text)).toEqual({ kind: "refused", refusal });
});

const form = (headers: Record<string, string>): Request =>
  new Request("http://auth.test", { method: "POST", headers, body: Buffer.from("token=abc") });

test.each([
  "application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded;charset=UTF-8",
  "application/x-www-form-urlencoded; charset=utf-8",
])("takes a body of type %s", async (type) => {
  expect(await readTokenForm(form({ "content-type": type }))).toEqual({
    kind: "token",
    token: "abc",
  });
});

describe("refuses a body", () => {
  test.each([
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded, application/json",
    "",
  ])("of type %j", async (type) => {
    const refused = { kind: "refused", refusal: "media_type" };
    expect(await readTokenForm(form({ "content-type": type }))).toEqual(refused);
  });

  test("without a type", async () => {
    expect(await readTokenForm(form({}))).toEqual({ kind: "refused", refusal: "media_type" });
  });

  test("that is packed", async () => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-encoding": "gzip",
    };
    expect(await readTokenForm(form(headers))).toEqual({ kind: "refused", refusal: "media_type" });
  });

  test("that is too large", async () => {
    const request = new Request("http://auth.test", {
      method: "POST",
      body: new URLSearchParams({ token: "a".repeat(8192) }),
    });
    expect(await readTokenForm(request)).toEqual({ kind: "refused", refusal: "body_too_large" });
  });
});
