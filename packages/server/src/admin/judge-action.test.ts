import { expect, test } from "vitest";
import { isActionAllowed } from "./judge-action.ts";
import type { Action } from "./judge-action.ts";
import { createRoles } from "./permissions.ts";

const roles = createRoles({
  permissions: ["posts:moderate"],
  custom: {
    moderator: ["posts:moderate", "users:ban"],
    personnel: ["users:ban", "users:set_role", "users:logout"],
    // The same as personnel by another name.
    staff: ["users:ban", "users:set_role", "users:logout"],
  },
});

const ban: Action = { permission: "users:ban", toSelf: "denied" };
const logout: Action = { permission: "users:logout", toSelf: "allowed" };
const give = (givesRole: string): Action => ({
  permission: "users:set_role",
  toSelf: "denied",
  givesRole,
});

const one = (role: string) => ({ id: "1", role });
const two = (role: string) => ({ id: "2", role });

test.each<[string, Action, string, string, boolean]>([
  ["an admin bans a user", ban, "admin", "user", true],
  ["an admin bans another admin", ban, "admin", "admin", true],
  ["a moderator bans a user", ban, "moderator", "user", true],
  ["a moderator bans one of a role that this node does not know", ban, "moderator", "new", false],
  ["an admin bans one of a role that this node does not know", ban, "admin", "new", true],
  ["a moderator bans an admin", ban, "moderator", "admin", false],
  ["a moderator bans one who may do other things", ban, "moderator", "personnel", false],
  ["a user bans a user", ban, "user", "user", false],
  ["one whose role is gone bans a user", ban, "gone", "user", false],
  ["personnel logs staff out", logout, "personnel", "staff", true],
  ["personnel makes a user one of them", give("personnel"), "personnel", "user", true],
  ["personnel makes staff a user", give("user"), "personnel", "staff", true],
  ["personnel makes a user an admin", give("admin"), "personnel", "user", false],
  ["personnel gives what it may not do itself", give("moderator"), "personnel", "user", false],
  ["personnel takes from a moderator", give("user"), "personnel", "moderator", false],
  ["a moderator gives a role", give("user"), "moderator", "user", false],
])("V8.2.1 %s", (_, action, actor, target, expected) => {
  expect(isActionAllowed(roles, action, one(actor), two(target))).toBe(expected);
});

test("V8.2.1 nobody bans or gives a role to themselves; logging out is another matter", () => {
  expect(isActionAllowed(roles, ban, one("admin"), one("admin"))).toBe(false);
  expect(isActionAllowed(roles, give("user"), one("admin"), one("admin"))).toBe(false);
  expect(isActionAllowed(roles, logout, one("admin"), one("admin"))).toBe(true);
});
