import { expect, test } from "vitest";
import { tokenLifeMs } from "./token-life.ts";

test("the life of a token is from its issue to its end", () => {
  expect(tokenLifeMs(token({ iat: 1_000, exp: 1_600, name: "Ä" }))).toBe(600_000);
});

test.each([
  ["no token", "abc"],
  ["no JSON", "a.b.c"],
  ["no object", token(null)],
  ["no end", token({ iat: 1 })],
  ["another type", token({ iat: 1, exp: "2" })],
])("%s has none", (_, text) => {
  expect(tokenLifeMs(text)).toBeUndefined();
});

function token(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}
