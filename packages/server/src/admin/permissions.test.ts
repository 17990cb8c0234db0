import { describe, expect, test } from "vitest";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { createRoles, ownPermissions } from "./permissions.ts";
import type { RoleOptions } from "./permissions.ts";

const roles = createRoles({
  permissions: ["posts:moderate", "posts:pin"],
  custom: {
    moderator: ["posts:moderate", "users:read"],
    // Names that every object has.
    constructor: [],
    editor: ["posts:moderate", "posts:pin", "users:read"],
  },
});

test("V8.1.1 users may nothing, admins everything of ours and of the application's", () => {
  for (const permission of [...ownPermissions, "posts:moderate", "posts:pin"]) {
    expect([permission, roles.permits("user", permission)]).toEqual([permission, false]);
    expect([permission, roles.permits("admin", permission)]).toEqual([permission, true]);
  }
  expect(createRoles().names).toEqual(["user", "admin"]);
});

test("V8.1.1 a custom role permits what is written of it, and nothing else", () => {
  const every = [...ownPermissions, "posts:moderate", "posts:pin"];
  expect(every.filter((permission) => roles.permits("moderator", permission))).toEqual([
    "users:read",
    "posts:moderate",
  ]);
  expect(roles.names).toEqual(["user", "admin", "moderator", "constructor", "editor"]);
});

test.each(["root", "", "Admin", "admin ", "__proto__", "toString", "hasOwnProperty"])(
  "V8.2.1 a role %j that is not in the table permits nothing",
  (role) => {
    expect(roles.names).not.toContain(role);
    for (const permission of ownPermissions) expect(roles.permits(role, permission)).toBe(false);
  },
);

test.each(["users:everything", "", "constructor", "__proto__", "users:*", "users"])(
  "V8.2.1 a permission %j that is not in the table is permitted to nobody",
  (permission) => {
    for (const role of roles.names) expect(roles.permits(role, permission)).toBe(false);
  },
);

test.each([
  ["user", "user", true],
  ["user", "moderator", true],
  ["moderator", "user", false],
  ["moderator", "editor", true],
  ["editor", "moderator", false],
  ["editor", "admin", true],
  ["admin", "editor", false],
  ["admin", "admin", true],
  ["unknown", "user", false],
  ["unknown", "editor", false],
  ["unknown", "unknown", false],
  ["unknown", "admin", true],
  ["user", "unknown", true],
  ["moderator", "unknown", false],
])("V8.2.1 %s is within %s: %s", (role, other, expected) => {
  expect(roles.isWithin(role, other)).toBe(expected);
});

describe("options that are refused at the start", () => {
  const many = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `posts:p${index}`);
  const manyRoles = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`role${index}`, []]));

  test.each<[RoleOptions, string]>([
    [{ permissions: ["posts"] }, "form posts:moderate"],
    [{ permissions: ["posts:"] }, "form posts:moderate"],
    [{ permissions: ["posts:*"] }, "form posts:moderate"],
    [{ permissions: ["Posts:moderate"] }, "form posts:moderate"],
    [{ permissions: ["posts:moderate\n"] }, "form posts:moderate"],
    [{ permissions: [`posts:${"m".repeat(41)}`] }, "form posts:moderate"],
    [{ permissions: ["users:ban"] }, "Portcullis' own"],
    [{ permissions: many(201) }, "at most 200"],
    [{ custom: { Moderator: [] } }, "1 to 40 characters"],
    [{ custom: { "": [] } }, "1 to 40 characters"],
    [{ custom: { ["r".repeat(41)]: [] } }, "1 to 40 characters"],
    [{ custom: { ["__proto__"]: [] } }, "1 to 40 characters"],
    [{ custom: { admin: [] } }, "can not be changed"],
    [{ custom: { user: ["users:read"] } }, "can not be changed"],
    [{ custom: { moderator: ["posts:moderate"] } }, "roles.permissions"],
    [{ custom: manyRoles(51) }, "at most 50"],
  ])("%j", (options, text) => {
    expect(() => createRoles(options)).toThrow(InvalidAuthOptionsError);
    expect(() => createRoles(options)).toThrow(text);
  });

  test("as many as there may be are taken", () => {
    const options = { permissions: many(200), custom: manyRoles(50) };
    expect(createRoles(options).names).toHaveLength(52);
  });
});
