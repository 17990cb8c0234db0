import { expect, it } from "vitest";
import { judgeSigningKeys } from "./judge-signing-keys.ts";

const newest = { kid: "newest", opensWith: "newest_secret" } as const;
const older = { kid: "older", opensWith: "older_secret" } as const;
const closed = { kid: "closed", opensWith: "no_secret" } as const;

it.each([
  [[], "ok", "There is none yet; the first start makes one."],
  [[newest], "ok", "AUTH_SECRET opens all of them."],
  [[newest, older], "warning", "Only an older secret of AUTH_SECRET opens the key older."],
  [[newest, older, closed], "error", "AUTH_SECRET does not open the key closed."],
  [[closed, closed], "error", "AUTH_SECRET does not open the keys closed, closed."],
])("judges the keys %j", (keys, state, message) => {
  expect(judgeSigningKeys(keys)).toMatchObject([{ state, message }]);
});
