import type { OwnPermission, Roles } from "./permissions.ts";

/** What an admin is about to do to a user. */
export interface Action {
  readonly permission: OwnPermission;
  /** Whether somebody may do it to themselves. */
  readonly toSelf: "allowed" | "denied";
  /** The role that the user is to have, where the action gives one. */
  readonly givesRole?: string;
}

interface Person {
  readonly id: string;
  readonly role: string;
}

/**
 * Whether one user may act on another. Nobody acts on a user who may do something that they may not,
 * nor gives a role that permits more than their own: permissions are handed down, never up. And as
 * nobody takes their own role away, there is always an admin left.
 */
export function isActionAllowed(
  roles: Roles,
  action: Action,
  actor: Person,
  target: Person,
): boolean {
  return (
    roles.permits(actor.role, action.permission) &&
    (action.toSelf === "allowed" || actor.id !== target.id) &&
    roles.isWithin(target.role, actor.role) &&
    (action.givesRole === undefined || roles.isWithin(action.givesRole, actor.role))
  );
}
