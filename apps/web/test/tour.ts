import type { Page } from "playwright-core";
import type { Furnished } from "./furnish.ts";
import { heading } from "./on-page.ts";

/** The size of a window. */
export interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export const schemes = ["light", "dark"] as const;

export const sizes: readonly Size[] = [
  { name: "desktop", width: 1280, height: 900 },
  { name: "phone", width: 390, height: 844 },
];

/** How a page is shown. */
export interface Look {
  readonly size: Size;
  readonly scheme: "light" | "dark";
}

/** A page that a visitor can come to. */
export interface Stop {
  /** Of its pictures. */
  readonly name: string;
  readonly path: string;
  /** What its heading says when it is there. */
  readonly title: string;
}

/** One that a mail could have brought; the pages do not ask what it is worth. */
const token = `${"a".repeat(22)}.${"b".repeat(43)}`;

/** What there is to see for anybody. */
export function openStops(outboxPath: string, { post }: Furnished): readonly Stop[] {
  return [
    {
      name: "home",
      path: "/",
      title: "Access tokens that are refused the moment you revoke them",
    },
    { name: "sign-in", path: "/sign-in", title: "Sign in" },
    { name: "sign-up", path: "/sign-up", title: "Create an account" },
    { name: "forgot-password", path: "/forgot-password", title: "Forgot your password?" },
    { name: "reset-password", path: `/reset-password#token=${token}`, title: "Set a new password" },
    { name: "verify-email", path: `/verify-email#token=${token}`, title: "Verify your email" },
    { name: "cut-link", path: "/verify-email", title: "Verify your email" },
    { name: "posts", path: "/posts", title: "Posts" },
    { name: "post", ...post },
    { name: "lab", path: "/lab", title: "Revocation lab" },
    { name: "outbox-closed", path: "/outbox", title: "Outbox" },
    { name: "outbox", path: outboxPath, title: "Outbox" },
    { name: "no-page", path: "/no/such/page", title: "No such page" },
  ];
}

/** What there is to see for the admin, besides. */
export function adminStops({ ownPost, user }: Furnished): readonly Stop[] {
  return [
    { name: "posts-signed-in", path: "/posts", title: "Posts" },
    { name: "own-post", ...ownPost },
    { name: "new-post", path: "/posts/new", title: "Write a post" },
    { name: "edit-post", path: `${ownPost.path}/edit`, title: "Edit post" },
    {
      name: "confirm-email",
      path: `/confirm-email#token=${token}`,
      title: "Confirm your new email",
    },
    { name: "profile", path: "/account", title: "Profile" },
    { name: "security", path: "/account/security", title: "Security" },
    { name: "devices", path: "/account/devices", title: "Devices" },
    { name: "activity", path: "/account/activity", title: "Activity" },
    { name: "users", path: "/admin", title: "Users" },
    { name: "user", ...user },
    { name: "audit-log", path: "/admin/audit", title: "Audit log" },
    { name: "health", path: "/admin/health", title: "Health" },
  ];
}

/** Goes to a page, and waits until all of it is there. */
export async function goTo(page: Page, origin: string, { path, title }: Stop): Promise<void> {
  // A fragment alone would not load the page anew.
  if (path.includes("#")) await page.goto("about:blank");
  await page.goto(`${origin}${path}`);
  await heading(page, title);
  await settled(page);
}

export async function takeLook(
  page: Page,
  { size: { width, height }, scheme }: Look,
): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
  await settled(page);
}

async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("[aria-label=Loading]") === null);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}
