import { expect, it } from "vitest";
import { linkOf } from "./mails.ts";

const origin = "http://localhost:3000";
const link = "http://localhost:3000/verify-email#token=id.secret_-";

it("finds the link of a mail", () => {
  expect(linkOf(`Confirm it:\n${link}\n\nGood for 24 hours.`, origin)).toEqual({
    url: link,
    isOurs: true,
  });
});

it("finds none where there is none", () => {
  expect(linkOf("Your password was changed.", origin)).toBeUndefined();
});

it.each([
  ["another site", "https://example.com/verify-email", false],
  ["another port", "http://localhost:4000/verify-email", false],
  ["another protocol", "https://localhost:3000/verify-email", false],
  ["a name that begins alike", "http://localhost.example.com:3000/", false],
  ["another name of this machine", "http://127.0.0.1:3000/verify-email", true],
])("knows whether a link to %s is one of this site", (_, url, isOurs) => {
  expect(linkOf(url, origin)).toEqual({ url, isOurs });
});
