import type { Locator, Page } from "playwright-core";

/** Waits for the page of this heading. */
export async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** Waits for a message that comes over the page. */
export async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page
    .getByRole("region", { name: /notification/i })
    .getByText(text)
    .waitFor();
}

/** What stands beside a field about its value, and is read out with it. */
export function problemOf(field: Locator): Promise<string> {
  return field.evaluate((element) => {
    const ids = element.getAttribute("aria-describedby")?.split(" ") ?? [];
    return ids
      .filter((id) => id.endsWith("-problem"))
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  });
}

/** Chooses an item of the menu of who is signed in. */
export async function userMenu(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Chooses the newest mail of this subject in the outbox, and follows its link. */
export async function openMail(page: Page, subject: string, to = ""): Promise<void> {
  await page
    .getByRole("list", { name: "Mails" })
    .getByRole("button", { name: subject })
    .filter({ hasText: to })
    .first()
    .click();
  await page.getByRole("link", { name: "Open the link" }).click();
}

/** Says yes in the dialog that asks. */
export async function confirmWith(page: Page, action: string): Promise<void> {
  const yes = page.getByRole("dialog").getByRole("button", { name: action, exact: true });
  await yes.click();
  await yes.waitFor({ state: "detached" });
}
