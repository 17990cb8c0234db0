import { expect, it } from "vitest";
import { postgresTls } from "./postgres-tls.ts";

it.each([
  ["", "verified"],
  ["?sslmode=verify-full", "verified"],
  ["?sslmode=require", "verified"],
  ["?sslmode=no-verify", "unverified"],
  ["?uselibpqcompat=true&sslmode=require", "unverified"],
  ["?uselibpqcompat=true&sslmode=verify-full", "verified"],
])("V12.3.1 an encrypted connection with %j is %s", (query, tls) => {
  const url = new URL(`postgres://db.test/app${query}`);
  expect(postgresTls(url, true, undefined)).toBe(tls);
  expect(postgresTls(url, false, undefined)).toBe("none");
});

it("V12.3.1 heeds PGSSLMODE where the URL says nothing", () => {
  const url = new URL("postgres://db.test/app");
  expect(postgresTls(url, true, "no-verify")).toBe("unverified");
  url.search = "?sslmode=verify-full";
  expect(postgresTls(url, true, "no-verify")).toBe("verified");
});
