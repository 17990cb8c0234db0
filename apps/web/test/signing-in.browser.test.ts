import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { signIn } from "./demo.ts";
import { heading, openMail, problemOf, toast, userMenu } from "./on-page.ts";
import { useDemo } from "./use-demo.ts";

const demo = useDemo({ isEmbedded: true });
const password = "a lantern over quiet harbours";

async function isSignedOut(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).waitFor();
}

describe("an account", () => {
  it("is made, and its email verified by the mail in the outbox", async () => {
    const { open } = await demo().enter();
    const outbox = await open(demo().outboxPath);
    await outbox.getByText("No mail yet").waitFor();
    expect(new URL(outbox.url()).search).toBe("");

    const page = await open("/");
    await page.getByRole("main").getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Name").fill("Grace");
    await page.getByLabel("Email").fill("Grace@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await heading(page, "Look into your mailbox");
    await page.getByText("We wrote to grace@example.com").waitFor();

    await page.getByRole("link", { name: "Open the outbox" }).click();
    await openMail(page, "Confirm your email address");
    await heading(page, "Verify your email");
    expect(page.url()).toBe(`${demo().origin}/verify-email`);
    await page.getByLabel("Password").fill("not the password of Grace");
    await page.getByRole("button", { name: "Open my account" }).click();
    await expect
      .poll(() => problemOf(page.getByLabel("Password")))
      .toBe("Email or password is wrong.");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Open my account" }).click();
    await heading(page, "Your email is verified");

    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await signIn(page, { email: "grace@example.com", password });
    await heading(page, "Posts");
    await userMenu(page, "Grace", "Account");
    await page.getByText("Verified", { exact: true }).waitFor();
  });

  it("says beside the fields what is not right", async () => {
    const page = await demo().visit("/sign-up");
    const name = page.getByLabel("Name");
    const email = page.getByLabel("Email");
    const secret = page.getByLabel("Password");
    const send = page.getByRole("button", { name: "Create account" });
    await send.click();
    await expect.poll(() => problemOf(name)).toMatch(/^The name must have/);
    expect(await problemOf(email)).toBe("The email must be an address like ada@example.com.");
    expect(await problemOf(secret)).toBe("The password must have 15 to 256 characters.");
    expect(await name.evaluate((input) => input === document.activeElement)).toBe(true);

    await name.fill("Hedy");
    await email.fill("hedy at example.com");
    await secret.fill("too short");
    await expect.poll(() => problemOf(name)).toBe("");
    await expect
      .poll(() => problemOf(email))
      .toBe("The email can have no blanks, and no letters but A to Z.");
    expect(await problemOf(secret)).toBe("The password must have 15 to 256 characters.");

    await email.fill("hedy@example.com");
    await secret.fill("qwertyuiopasdfghjkl");
    await send.click();
    await expect.poll(() => problemOf(secret)).toContain("most common passwords");
    await secret.fill("hedy@example.com 1");
    await send.click();
    await expect.poll(() => problemOf(secret)).toContain("your name, your email");
    await secret.fill(password);
    await expect.poll(() => problemOf(secret)).toBe("");
    await send.click();
    await heading(page, "Look into your mailbox");
  });
});

describe("signing in", () => {
  it("goes on to where one wanted to go, and is there again after a reload", async () => {
    const ada = await demo().newUser("Ada");
    const page = await demo().visit("/account/devices");
    await heading(page, "Sign in");
    expect(new URL(page.url()).searchParams.get("next")).toBe("/account/devices");
    await signIn(page, { ...ada, password: "not the password of Ada" });
    await page.getByRole("alert").getByText("Email or password is wrong.").waitFor();
    await signIn(page, ada);
    await heading(page, "Devices");
    await page.reload();
    await heading(page, "Devices");
    await page.getByRole("button", { name: "Ada" }).waitFor();
  });

  it.each(["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)"])(
    "V3.7.2 XS-02 goes nowhere else: %s",
    async (next) => {
      const ada = await demo().newUser("Ada");
      const page = await demo().visit(`/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(page, ada);
      await heading(page, "Posts");
      expect(page.url()).toBe(`${demo().origin}/posts`);
    },
  );

  it("ends in a moment, and V14.3.1 the way back shows nothing of it", async () => {
    const ada = await demo().newUser("Ada");
    const page = await demo().visitAs(ada, "/account");
    await page.getByText(ada.email).waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByText("Signed in", { exact: true }).waitFor();
    await userMenu(page, "Ada", "Sign out");
    await toast(page, "You are signed out.");
    await isSignedOut(page);
    for (const _ of ["activity", "profile"]) {
      await page.goBack();
      await heading(page, "Sign in");
      expect(await page.content()).not.toContain(ada.email);
    }
    expect(await page.getByText("Signed in", { exact: true }).count()).toBe(0);
  });

  it("begins and ends in all tabs of a browser", async () => {
    const ada = await demo().newUser("Ada");
    const { open } = await demo().enter();
    const first = await open("/sign-in");
    const second = await open("/account");
    await heading(second, "Sign in");
    await signIn(first, ada);
    await heading(first, "Posts");
    await heading(second, "Profile");
    await userMenu(second, "Ada", "Sign out");
    await isSignedOut(second);
    await isSignedOut(first);
  });
});

it("a forgotten password is set anew, and ends the sessions of before", async () => {
  const ada = await demo().newUser("Ada");
  const elsewhere = await demo().visitAs(ada, "/account/devices");
  await elsewhere.getByText("This device").waitFor();

  const page = await demo().visit(demo().outboxPath);
  await page.goto(`${demo().origin}/sign-in`);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await heading(page, "Forgot your password?");
  await page.getByLabel("Email").fill(ada.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("main").getByRole("link", { name: "outbox" }).click();
  await openMail(page, "Choose a new password", ada.email);
  await heading(page, "Set a new password");
  await page.getByLabel("New password").fill("passwordpassword");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect
    .poll(() => problemOf(page.getByLabel("New password")))
    .toContain("most common passwords");
  const renewed = "eleven herons above the weir";
  await page.getByLabel("New password").fill(renewed);
  await page.getByRole("button", { name: "Set password" }).click();
  await heading(page, "Your password is changed");

  await elsewhere.getByRole("link", { name: "Activity" }).click();
  await heading(elsewhere, "Sign in");
  await elsewhere.getByText("You are signed out: this session was ended").waitFor();
  await signIn(elsewhere, ada);
  await elsewhere.getByText("Email or password is wrong.").waitFor();
  await signIn(elsewhere, { ...ada, password: renewed });
  await heading(elsewhere, "Activity");
});

it("without a network one stays signed in, is told so, and goes on afterwards", async () => {
  demo().expectComplaints(/ERR_INTERNET_DISCONNECTED/);
  const ada = await demo().newUser("Ada");
  const page = await demo().visitAs(ada, "/account");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.context().setOffline(true);
  const banner = page.getByText("The server cannot be reached. You stay signed in");
  await banner.waitFor();
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByText("Check your connection and try again.").waitFor();
  await page.getByRole("button", { name: "Ada" }).waitFor();
  await page.context().setOffline(false);
  await banner.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByRole("button", { name: "Ada Lovelace" }).waitFor();
});

it("an address without a page says so", async () => {
  const page = await demo().visit("/no/such/page");
  await heading(page, "No such page");
  await page.getByRole("link", { name: "To the first page" }).click();
  await heading(page, "Access tokens that are refused the moment you revoke them");
});

describe("by keyboard", () => {
  it("one skips to the page, and walks through the menu", async () => {
    const ada = await demo().newUser("Ada");
    const page = await demo().visitAs(ada, "/account");
    await page.reload();
    const menu = page.getByRole("button", { name: "Ada" });
    await menu.waitFor();
    await page.keyboard.press("Tab");
    await expectFocus(page, "Skip to the page");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expectFocus(page, "Profile");

    await menu.focus();
    await page.keyboard.press("Enter");
    await expectFocus(page, "Account");
    await page.keyboard.press("ArrowDown");
    await expectFocus(page, "Devices");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expectFocus(page, "Sign out everywhere");
    await page.keyboard.press("Escape");
    await expectFocus(page, "Ada");
    await page.keyboard.press("Enter");
    await expectFocus(page, "Account");
    await page.keyboard.press("ArrowDown");
    await expectFocus(page, "Devices");
    await page.keyboard.press("Enter");
    await heading(page, "Devices");
  });

  it("a dialog keeps the focus, and gives it back", async () => {
    const ada = await demo().newUser("Ada");
    const page = await demo().visitAs(ada, "/account/devices");
    const opener = page.getByRole("button", { name: "Sign out everywhere" });
    await opener.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Sign out everywhere?" });
    await dialog.waitFor();
    for (const _ of [1, 2, 3, 4, 5]) {
      await page.keyboard.press("Tab");
      await expect
        .poll(() => dialog.evaluate((element) => element.contains(document.activeElement)))
        .toBe(true);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expectFocus(page, "Sign out everywhere");
  });
});

async function expectFocus(page: Page, name: string): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent?.trim()))
    .toBe(name);
}
