import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { signIn } from "./demo.ts";
import { confirmWith, heading, openMail, problemOf, toast } from "./on-page.ts";
import { useDemo } from "./use-demo.ts";

const demo = useDemo();
/** After which the password has to be entered again for what reaches far. */
const recentMinutes = 6;

async function enterAgain(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Enter your password again" });
  await dialog.getByLabel("Password").fill(password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** The next call of a browser whose session is over shows it. */
async function isOutAtNextCall(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Activity" }).click();
  await heading(page, "Sign in");
  await page.getByText("You are signed out: this session was ended").waitFor();
}

it("another name is in the header at once", async () => {
  const page = await demo().visitAs(await demo().newUser("Ada"), "/account");
  await page.getByLabel("Name").fill("");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect.poll(() => problemOf(page.getByLabel("Name"))).toMatch(/^The name must have/);
  await page.getByLabel("Name").fill("Ada King");
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByRole("banner").getByRole("button", { name: "Ada King" }).waitFor();
  await toast(page, "Your name is changed.");
});

it("another password signs out the other devices, and is the one that counts", async () => {
  const ada = await demo().newUser("Ada");
  const other = await demo().visitAs(ada, "/account/devices");
  const page = await demo().visitAs(ada, "/account/security");
  const renewed = "eleven herons above the weir";
  const [current, next] = [page.getByLabel("Current password"), page.getByLabel("New password")];
  const change = page.getByRole("button", { name: "Change password" });
  await current.fill("not the password of Ada");
  await next.fill(renewed);
  await change.click();
  await expect.poll(() => problemOf(current)).toBe("This is not your current password.");
  await current.fill(ada.password);
  await next.fill("passwordpassword");
  await change.click();
  await expect.poll(() => problemOf(next)).toContain("most common passwords");
  await next.fill(renewed);
  await change.click();
  await toast(page, /Your password is changed/);

  await isOutAtNextCall(other);
  await signIn(other, { ...ada, password: renewed });
  await heading(other, "Activity");
  await other.getByText("Password changed").first().waitFor();
});

it("another email counts when its mail was opened, and asks for the password before", async () => {
  const ada = await demo().newUser("Ada");
  const page = await demo().visitAs(ada, "/account/security");
  const outbox = await page.context().newPage();
  await outbox.goto(`${demo().origin}${demo().outboxPath}`);
  demo().passMinutes(recentMinutes);
  const renewed = `new-${ada.email}`;
  await page.getByLabel("New email").fill(renewed);
  await page.getByRole("button", { name: "Send the link" }).click();
  await enterAgain(page, ada.password);
  await page.getByText(`If ${renewed} is free`).waitFor();
  await page.getByRole("main").getByRole("link", { name: "outbox" }).click();
  await openMail(page, "Confirm your new email", renewed);
  await heading(page, "Confirm your new email");
  await page.getByRole("button", { name: "Use the new email" }).click();
  await heading(page, "Your email is changed");
  await page.getByText(`From now on you sign in as ${renewed}.`).waitFor();
});

describe("devices", () => {
  const phone = {
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  };

  it("are signed out one by one, and the one that is meant is told so", async () => {
    const ada = await demo().newUser("Ada");
    const other = await demo().visitAs(ada, "/account", phone);
    const page = await demo().visitAs(ada, "/account/devices");
    const list = page.getByRole("list", { name: "Devices" });
    await list.getByText("Safari on iOS").waitFor();
    expect(await list.getByRole("listitem").first().textContent()).toContain("This device");
    await list.getByRole("button", { name: "Sign out Safari on iOS" }).click();
    await confirmWith(page, "Sign out");
    await toast(page, "Safari on iOS is signed out.");
    await list.getByText("Safari on iOS").waitFor({ state: "detached" });
    await isOutAtNextCall(other);
  });

  it("are signed out all but this one", async () => {
    const ada = await demo().newUser("Ada");
    const others = [
      await demo().visitAs(ada, "/account", phone),
      await demo().visitAs(ada, "/account/security"),
    ];
    const page = await demo().visitAs(ada, "/account/devices");
    await page.getByRole("button", { name: "Sign out all others" }).click();
    await confirmWith(page, "Sign out all others");
    await toast(page, "All other devices are signed out.");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    for (const other of others) await isOutAtNextCall(other);
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByText("2 devices signed out").waitFor();
  });

  it("are signed out everywhere", async () => {
    const ada = await demo().newUser("Ada");
    const other = await demo().visitAs(ada, "/account", phone);
    const page = await demo().visitAs(ada, "/account/devices");
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await confirmWith(page, "Sign out everywhere");
    await toast(page, "Every device is signed out.");
    await page.getByRole("banner").getByRole("link", { name: "Sign in" }).waitFor();
    await isOutAtNextCall(other);
  });
});

it("activity shows what was done, and what was tried", async () => {
  const ada = await demo().newUser("Ada");
  const stranger = await demo().visit("/sign-in");
  await signIn(stranger, { ...ada, password: "a guess of somebody else" });
  await stranger.getByText("Email or password is wrong.").waitFor();
  const page = await demo().visitAs(ada, "/account/activity");
  const list = page.getByRole("list", { name: "Activity" });
  const first = list.getByRole("listitem").first();
  await first.getByText("Signed in", { exact: true }).waitFor();
  await list.getByText("The password was wrong").waitFor();
});

it("an account is deleted when its email was typed and its password entered", async () => {
  const ada = await demo().newUser("Ada");
  const other = await demo().visitAs(ada, "/account");
  const page = await demo().visitAs(ada, "/account/security");
  demo().passMinutes(recentMinutes);
  await page.getByRole("button", { name: "Delete my account" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Your email").fill("somebody@example.com");
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await dialog.getByText("This is not the email of your account.").waitFor();
  await dialog.getByLabel("Your email").fill(ada.email);
  await dialog.getByRole("button", { name: "Delete account" }).click();

  const again = page.getByRole("dialog", { name: "Enter your password again" });
  await again.getByLabel("Password").fill("not the password of Ada");
  await again.getByRole("button", { name: "Continue" }).click();
  await again.getByText("The password is wrong.").waitFor();
  await enterAgain(page, ada.password);
  await toast(page, "Your account is deleted.");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).waitFor();
  await isOutAtNextCall(other);
  await signIn(other, ada);
  await other.getByText("Email or password is wrong.").waitFor();
});
