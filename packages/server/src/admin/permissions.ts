import { InvalidAuthOptionsError } from "../start-errors.ts";

/** What Portcullis' own procedures ask of a role. */
export const ownPermissions = [
  "users:read",
  "users:ban",
  "users:logout",
  "users:set_role",
  "audit:read",
  "tokens:revoke_all",
] as const;

export type OwnPermission = (typeof ownPermissions)[number];

/** Everybody's role until they are given another one: it permits nothing. */
const userRole = "user";
/** The role that permits everything. */
export const adminRole = "admin";

/** Which roles there are besides `user` and `admin`, and what they permit. */
export interface RoleOptions {
  /**
   * The application's own permissions, `posts:moderate` for instance: two words of 1 to 40
   * characters of `a-z 0-9 _`, the first a letter, with a colon between. Default none; at most 200.
   */
  readonly permissions?: readonly string[];
  /**
   * Roles by name (1 to 40 characters of `a-z 0-9 _`, the first a letter), each with what it
   * permits: the application's permissions and Portcullis' own (`users:read`, `users:ban`,
   * `users:logout`, `users:set_role`, `audit:read`, `tokens:revoke_all`). Default none; at most 50.
   * `user`, which permits nothing, and `admin`, which permits everything, are always there.
   */
  readonly custom?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The table of roles. A role that is not in it permits nothing here: an old row may name one, or one
 * of a newer node, where it permits something.
 */
export interface Roles {
  readonly names: readonly [string, ...string[]];
  permits(role: string, permission: string): boolean;
  /**
   * Whether `other` permits everything that `role` does. Of a role that is not in the table nobody
   * knows what it permits elsewhere, so it is within `admin` only.
   */
  isWithin(role: string, other: string): boolean;
}

const rolesMax = 50;
const permissionsMax = 200;
const rolePattern = /^[a-z][a-z0-9_]{0,39}$/;
const permissionPattern = /^[a-z][a-z0-9_]{0,39}:[a-z][a-z0-9_]{0,39}$/;

/** @throws InvalidAuthOptionsError */
export function createRoles({ permissions = [], custom = {} }: RoleOptions = {}): Roles {
  const known = new Set<string>([...ownPermissions, ...checkPermissions(permissions)]);
  const table = new Map<string, ReadonlySet<string>>([
    [userRole, new Set()],
    [adminRole, known],
    ...checkRoles(custom, known),
  ]);
  const permits = (role: string, permission: string): boolean =>
    table.get(role)?.has(permission) ?? false;
  return {
    names: [userRole, adminRole, ...Object.keys(custom)],
    permits,
    isWithin(role, other) {
      const permitted = table.get(role);
      if (permitted === undefined) return other === adminRole;
      return [...permitted].every((permission) => permits(other, permission));
    },
  };
}

function checkPermissions(permissions: readonly string[]): readonly string[] {
  if (permissions.length > permissionsMax) {
    throw new InvalidAuthOptionsError(
      `roles.permissions must have at most ${permissionsMax} entries`,
    );
  }
  for (const permission of permissions) {
    if (!permissionPattern.test(permission)) {
      throw new InvalidAuthOptionsError(
        `roles.permissions: ${JSON.stringify(permission)} is not of the form posts:moderate`,
      );
    }
    // Under one name there would be two meanings, and whoever is given one would have the other.
    if (ownPermissions.some((own) => own === permission)) {
      throw new InvalidAuthOptionsError(
        `roles.permissions: ${permission} is Portcullis' own; name it in roles.custom only`,
      );
    }
  }
  return permissions;
}

function checkRoles(
  custom: Readonly<Record<string, readonly string[]>>,
  known: ReadonlySet<string>,
): (readonly [string, ReadonlySet<string>])[] {
  const roles = Object.entries(custom);
  if (roles.length > rolesMax) {
    throw new InvalidAuthOptionsError(`roles.custom must have at most ${rolesMax} roles`);
  }
  return roles.map(([role, permissions]) => {
    if (!rolePattern.test(role)) {
      throw new InvalidAuthOptionsError(
        `roles.custom: ${JSON.stringify(role)} must have 1 to 40 characters of a-z 0-9 _, ` +
          "the first a letter",
      );
    }
    if (role === userRole || role === adminRole) {
      throw new InvalidAuthOptionsError(`roles.custom: what ${role} permits can not be changed`);
    }
    const unknown = permissions.find((permission) => !known.has(permission));
    if (unknown !== undefined) {
      throw new InvalidAuthOptionsError(
        `roles.custom.${role}: add ${JSON.stringify(unknown)} to roles.permissions, ` +
          "or correct its spelling",
      );
    }
    return [role, new Set(permissions)];
  });
}
