import { Link, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { AreaNav } from "../ui/area-nav.tsx";

const pages = [
  { to: "/account", name: "Profile" },
  { to: "/account/security", name: "Security" },
  { to: "/account/devices", name: "Devices" },
  { to: "/account/activity", name: "Activity" },
] as const;

export function AccountArea(): ReactNode {
  return (
    <>
      <AreaNav label="Account">
        {pages.map(({ to, name }) => (
          <Link key={to} to={to} activeOptions={{ exact: true }} className="area-nav__link">
            {name}
          </Link>
        ))}
      </AreaNav>
      <Outlet />
    </>
  );
}
