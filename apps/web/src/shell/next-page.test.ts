import { expect, it } from "vitest";
import { nextPage } from "./next-page.ts";

it.each(["/", "/posts", "/posts/123/edit", "/account/devices?x=1#y", "/a//b", "/%2f%2fevil.test"])(
  "goes on to a page of this site: %s",
  (next) => {
    expect(nextPage(next)).toBe(next);
    expect(new URL(next, "https://app.test").origin).toBe("https://app.test");
  },
);

it.each([
  "//evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "\t//evil.test",
  " //evil.test",
  "https:evil.test",
  "https://evil.test",
  "javascript:alert(1)",
  "data:text/html,x",
  "evil.test",
  "",
  "/".padEnd(501, "x"),
  7,
  null,
  undefined,
  ["/posts"],
  { toString: () => "/posts" },
])("V3.7.2 XS-02 goes nowhere else: %j", (next) => {
  expect(nextPage(next)).toBeUndefined();
});
