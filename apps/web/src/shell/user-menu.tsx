import { Menu } from "@base-ui/react/menu";
import type { User } from "@portcullis/client";
import { useNavigate } from "@tanstack/react-router";
import { Laptop, LogOut, ShieldOff, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { client } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { showToast } from "../ui/show-toast.ts";

export default function UserMenu({ user }: { readonly user: User }): ReactNode {
  const navigate = useNavigate();
  const leave = async (call: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await call();
      showToast(done);
    } catch (error) {
      showToast(errorText(error), "bad");
    }
    await navigate({ to: "/" });
  };
  const { auth } = client.api;
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button size="small" />}>
        <UserRound aria-hidden />
        <span className="header__user">{user.name}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6}>
          <Menu.Popup className="menu">
            <div className="menu__note">{user.email}</div>
            <div className="menu__line" />
            <Menu.Item className="menu__item" onClick={() => void navigate({ to: "/account" })}>
              <UserRound aria-hidden /> Account
            </Menu.Item>
            <Menu.Item
              className="menu__item"
              onClick={() => void navigate({ to: "/account/devices" })}
            >
              <Laptop aria-hidden /> Devices
            </Menu.Item>
            <div className="menu__line" />
            <Menu.Item
              className="menu__item"
              onClick={() => void leave(() => auth.logout.mutate(), "You are signed out.")}
            >
              <LogOut aria-hidden /> Sign out
            </Menu.Item>
            <Menu.Item
              className="menu__item"
              onClick={() =>
                void leave(
                  () => auth.logoutEverywhere.mutate(),
                  "You are signed out on every device.",
                )
              }
            >
              <ShieldOff aria-hidden /> Sign out everywhere
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
