import type { UserSummary } from "@portcullis/server";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { RoleBadge, StateBadges } from "./user-badges.tsx";
import "./user-table.css";

/** Users, one a line; on a phone one below the other. */
export function UserTable({
  users,
  isStale,
}: {
  readonly users: readonly UserSummary[];
  /** Whether these are the ones of the search before. */
  readonly isStale: boolean;
}): ReactNode {
  return (
    <Card>
      <table className="user-table" aria-busy={isStale}>
        <caption className="visually-hidden">Users</caption>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Role</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id}>
              <td className="user-table__user">
                <Link to="/admin/users/$userId" params={{ userId: user.id }}>
                  {user.name}
                </Link>
                <div className="muted small">{user.email}</div>
              </td>
              <td>
                <RoleBadge role={user.role} />
              </td>
              <td>
                <div className="user-table__badges">
                  <StateBadges user={user} />
                </div>
              </td>
              <td className="muted user-table__since">
                <Time at={user.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
