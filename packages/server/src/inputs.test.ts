import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as inputs from "./inputs.ts";

const nowMs = Date.parse("2026-11-23T12:00:00Z");
const banInput = inputs.createBanInput(() => nowMs);
const setRoleInput = inputs.createSetRoleInput(["user", "admin"]);

const email = "ada@example.test";
const password = "a password long enough";
const token = "a.b";
const userId = "00000000-0000-4000-8000-000000000001";

/** Of each schema, an input that it takes. */
const good = [
  [inputs.registerInput, { email, password, name: "Ada" }],
  [inputs.loginInput, { email, password, refreshTokenIn: "cookie" }],
  [inputs.verifyEmailInput, { token, password }],
  [inputs.forgotPasswordInput, { email }],
  [inputs.resetPasswordInput, { token, newPassword: password }],
  [inputs.changePasswordInput, { currentPassword: password, newPassword: `another ${password}` }],
  [inputs.changeEmailInput, { email }],
  [inputs.renameInput, { name: "Ada" }],
  [inputs.confirmInput, { password }],
  [banInput, { userId, reason: "Spam", expiresAt: "2026-12-24T12:00:00Z" }],
  [setRoleInput, { userId, role: "admin" }],
] as const;

test.each(good)("schema %# takes what is right, and gives it back", (schema, input) => {
  expect(schema.parse(input)).toEqual(input);
});

const unusable = "has a character that can not be stored.";
const length = (name: string, least: number, most: number) =>
  `The ${name} must have ${least} to ${most} characters.`;

/** What is said beside a field of each value that is refused. */
const refusals: Readonly<Record<string, readonly (readonly [value: unknown, says: string])[]>> = {
  email: [
    ["", "The email must be an address like ada@example.com."],
    ["ada", "The email must be an address like ada@example.com."],
    ["ada@localhost", "The email must be an address like ada@example.com."],
    [" ada@example.test", "The email can have no blanks, and no letters but A to Z."],
    ["ada@b\u00FCcher.example", "The email can have no blanks, and no letters but A to Z."],
    [`${"a".repeat(250)}@b.test`, "The email must have at most 254 characters."],
    ["ada\0@example.test", `The email ${unusable}`],
  ],
  password: [
    ["", "The password is missing."],
    ["x".repeat(1025), "The password must have at most 1024 characters."],
    [`${password}\0`, `The password ${unusable}`],
  ],
  newPassword: [
    ["", length("password", 15, 256)],
    ["x".repeat(14), length("password", 15, 256)],
    ["x".repeat(257), length("password", 15, 256)],
    ["x".repeat(1025), length("password", 15, 256)],
    [`${password}\ud800`, `The password ${unusable}`],
  ],
  name: [
    ["", length("name", 1, 100)],
    ["  ", length("name", 1, 100)],
    ["x".repeat(101), length("name", 1, 100)],
    ["x".repeat(1000), length("name", 1, 100)],
    ["Ada\nLovelace", "The name must be on one line, without control characters."],
    ["Ada\ud800", `The name ${unusable}`],
  ],
  token: [
    ["x".repeat(201), "The token must have at most 200 characters."],
    ["\0", `The token ${unusable}`],
  ],
  refreshTokenIn: [["a drawer", 'The refresh token goes into "body" or "cookie".']],
  reason: [
    [" ", length("reason", 1, 500)],
    ["x".repeat(501), length("reason", 1, 500)],
    ["x".repeat(2000), length("reason", 1, 500)],
    ["Spam\0", `The reason ${unusable}`],
  ],
  expiresAt: [
    ["soon", "The end must be a time in UTC like 2030-01-31T12:00:00Z."],
    ["2030-01-31", "The end must be a time in UTC like 2030-01-31T12:00:00Z."],
    ["2026-11-23T12:00:00Z", "The end must lie in the future, at most 10 years ahead."],
    ["2036-12-01T00:00:00Z", "The end must lie in the future, at most 10 years ahead."],
    [
      `2030-01-31T12:00:00.${"0".repeat(40)}Z`,
      "The end must be a time in UTC like 2030-01-31T12:00:00Z.",
    ],
  ],
  userId: [
    ["1", "The id must be a UUID in lower case."],
    [userId.replace("a", "A").replaceAll("0", "F"), "The id must be a UUID in lower case."],
  ],
  role: [["emperor", "The role must be one of user, admin."]],
};

/** What is not even a text. */
const noTexts = [undefined, null, 7, ["a"], { a: 1 }];

/** Where a field has another rule than its name says, or none for what is missing. */
const rulesOf = (schema: z.ZodType, field: string): string =>
  field === "password" && schema === inputs.registerInput ? "newPassword" : field;
const isOptional = (field: string): boolean => ["refreshTokenIn", "expiresAt"].includes(field);

describe("of a field that is refused one sentence is said", () => {
  const fields = good.flatMap(([schema, input]) =>
    Object.keys(schema.shape).map((field) => ({ schema, input, field })),
  );
  const saidOf = (schema: z.ZodType, input: object): unknown => {
    const { error } = schema.safeParse(input);
    return error && (z.treeifyError(error) as { properties?: unknown }).properties;
  };

  test.each(fields)("$field of $input", ({ schema, input, field }) => {
    const rules = refusals[rulesOf(schema, field === "currentPassword" ? "password" : field)] ?? [];
    expect(rules.length).toBeGreaterThan(0);
    for (const [value, says] of rules) {
      const said = saidOf(schema, { ...input, [field]: value });
      expect([value, said]).toEqual([value, { [field]: { errors: [says] } }]);
    }
    for (const value of noTexts) {
      if (value === undefined && isOptional(field)) continue;
      const said = saidOf(schema, { ...input, [field]: value });
      const sentence = expect.stringMatching(/^The [a-z ]+ (?:must be|goes into) .+\.$/);
      expect([value, said]).toEqual([value, { [field]: { errors: [sentence] } }]);
    }
  });

  test("and also when it is the same password again", () => {
    const same = { currentPassword: password, newPassword: password };
    expect(saidOf(inputs.changePasswordInput, same)).toEqual({
      newPassword: { errors: ["The new password must be another than the current one."] },
    });
  });
});
