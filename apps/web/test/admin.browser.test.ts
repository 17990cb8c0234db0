import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { signIn, type DemoUser } from "./demo.ts";
import { admin, makeFirstAdmin } from "./first-admin.ts";
import { confirmWith, heading, toast } from "./on-page.ts";
import { useDemo } from "./use-demo.ts";

const demo = useDemo({ prepare: makeFirstAdmin });

async function openUser(page: Page, { name, email }: DemoUser): Promise<void> {
  await page.getByRole("searchbox", { name: "Search" }).fill(email);
  await expect.poll(() => page.getByRole("row").count()).toBe(2);
  await page.getByRole("row", { name: email }).getByRole("link", { name }).click();
  await heading(page, name);
}

async function isOutAtNextCall(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Activity" }).click();
  await heading(page, "Sign in");
}

it("the pages for admins are not for others", async () => {
  const page = await demo().visitAs(await demo().newUser("Ada"), "/admin");
  await page.getByText("These pages are for admins").waitFor();
  expect(await page.getByRole("link", { name: "Admin" }).count()).toBe(0);
});

it("a user is found, and out at the next call when banned; not for good", async () => {
  const eve = await demo().newUser("Eve");
  const banned = await demo().visitAs(eve, "/account");
  const page = await demo().visitAs(admin, "/admin");
  await openUser(page, eve);
  await page.getByRole("button", { name: "Ban Eve" }).click();
  const dialog = page.getByRole("dialog", { name: "Ban Eve?" });
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await dialog.getByText(/reason must have/i).waitFor();
  await dialog.getByLabel("Reason").fill("Spam <b>everywhere</b>");
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await toast(page, "Eve is banned.");
  await isOutAtNextCall(banned);
  await signIn(banned, eve);
  await banned.getByRole("alert").waitFor();
  await page.getByText("Spam <b>everywhere</b>").first().waitFor();

  await page.getByRole("button", { name: "Lift the ban" }).click();
  await confirmWith(page, "Lift the ban");
  await toast(page, "The ban of Eve is lifted.");
  await signIn(banned, eve);
  await heading(banned, "Activity");
});

it("a user is logged out by force", async () => {
  const eve = await demo().newUser("Eve");
  const other = await demo().visitAs(eve, "/account");
  const page = await demo().visitAs(admin, "/admin");
  await openUser(page, eve);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await confirmWith(page, "Sign out everywhere");
  await toast(page, "Eve is signed out everywhere.");
  await isOutAtNextCall(other);
});

it("a role counts from the next call on", async () => {
  const bob = await demo().newUser("Bob");
  const other = await demo().visitAs(bob, "/admin");
  await other.getByText("These pages are for admins").waitFor();
  const page = await demo().visitAs(admin, "/admin");
  await openUser(page, bob);
  await page.getByRole("combobox", { name: "Role" }).selectOption("admin");
  await page.getByRole("button", { name: "Change role" }).click();
  await confirmWith(page, "Change role");
  await toast(page, "The role of Bob is admin now.");
  await other.getByRole("button", { name: "Look again" }).click();
  await heading(other, "Users");
});

it("the audit log says who did what", async () => {
  const eve = await demo().newUser("Eve");
  const page = await demo().visitAs(admin, "/admin");
  await openUser(page, eve);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await confirmWith(page, "Sign out everywhere");
  await page.getByRole("link", { name: "Audit log" }).click();
  await heading(page, "Audit log");
  await page.getByLabel("Only of one user").fill(eve.email);
  await page.getByRole("button", { name: "Filter" }).click();
  const entry = page.getByRole("listitem").filter({ hasText: "Signed out everywhere by an admin" });
  // Until the filter holds, those of others are there too.
  await expect.poll(() => entry.count(), { timeout: 15_000 }).toBe(1);
  await entry.getByRole("link", { name: "Root" }).waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("listitem").filter({ hasText: "Signed in: Root" }).first().waitFor();
});

it("health says how the node is", async () => {
  const page = await demo().visitAs(admin, "/admin/health");
  await page.getByText("The cache is in use").waitFor();
  await page.getByRole("table", { name: "Rows read, by source" }).waitFor();
});

it("what reaches far asks for the password again, and does nothing without it", async () => {
  const eve = await demo().newUser("Eve");
  const other = await demo().visitAs(eve, "/account");
  const page = await demo().visitAs(admin, "/admin");
  await openUser(page, eve);
  demo().passMinutes(6);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page
    .getByRole("dialog", { name: "Sign Eve out everywhere?" })
    .getByRole("button", { name: "Sign out everywhere" })
    .click();
  const again = page.getByRole("dialog", { name: "Enter your password again" });
  await again.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Nothing was changed: your password was not entered.").waitFor();
  await other.getByRole("link", { name: "Activity" }).click();
  await heading(other, "Activity");
});
