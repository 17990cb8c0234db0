import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { heading, toast } from "./on-page.ts";
import { useDemo } from "./use-demo.ts";

const demo = useDemo();

async function write(page: Page, title: string, body: string): Promise<void> {
  await page.getByRole("link", { name: /Write a post|Continue your draft/ }).click();
  await heading(page, "Write a post");
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Text").fill(body);
  await page.getByRole("button", { name: "Publish" }).click();
  await heading(page, "Posts");
}

function postNamed(page: Page, title: string) {
  return page.getByRole("list", { name: "Posts" }).getByRole("listitem").filter({ hasText: title });
}

async function openPost(page: Page, title: string): Promise<void> {
  await page.getByRole("link", { name: title, exact: true }).click();
  await heading(page, title);
}

/** Holds the calls of a procedure, until they are let go on or refused. */
async function hold(page: Page, procedure: string) {
  const verdict = Promise.withResolvers<"go on" | "refuse">();
  await page.route(`**/trpc/${procedure}*`, async (route) => {
    if ((await verdict.promise) === "go on") await route.continue();
    else await route.abort("connectionfailed");
  });
  return verdict;
}

it("a post is written, edited and deleted", async () => {
  const page = await demo().visitAs(await demo().newUser("Ada"), "/posts");
  await page.getByRole("link", { name: "Write a post" }).click();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByText("The title is empty.").waitFor();
  await page.getByText("The text is empty.").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await heading(page, "Posts");

  await write(page, "Notes on the engine", "It weaves\nalgebraic patterns.");
  await openPost(page, "Notes on the engine");
  await page.getByText("algebraic patterns").waitFor();
  await page.getByRole("link", { name: "Edit" }).click();
  await heading(page, "Edit post");
  await page.getByLabel("Title").fill("Notes on the loom");
  await page.getByRole("button", { name: "Save" }).click();
  await heading(page, "Notes on the loom");
  await page.getByText("edited").waitFor();

  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this post?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete post" }).click();
  await toast(page, "The post is deleted.");
  await heading(page, "Posts");
  expect(await postNamed(page, "Notes on the loom").count()).toBe(0);
  await page.goBack();
  await page.getByText("There is no such post").waitFor();
});

it("is in the list before the server has answered, and put back when it is refused", async () => {
  demo().expectComplaints(/ERR_CONNECTION_FAILED/);
  const page = await demo().visitAs(await demo().newUser("Ada"), "/posts");
  const refused = await hold(page, "posts.create");
  await write(page, "A post too early", "Nobody has said yes.");
  await postNamed(page, "A post too early").getByText("Publishing").waitFor();
  refused.resolve("refuse");
  await toast(page, /Your post was not published; its draft is kept/);
  await postNamed(page, "A post too early").waitFor({ state: "detached" });
  await page.unroute("**/trpc/posts.create*");

  await page.getByRole("link", { name: "Continue your draft" }).click();
  await expect.poll(() => page.getByLabel("Title").inputValue()).toBe("A post too early");
  const accepted = await hold(page, "posts.create");
  await page.getByRole("button", { name: "Publish" }).click();
  await postNamed(page, "A post too early").getByText("Publishing").waitFor();
  accepted.resolve("go on");
  await page.getByRole("link", { name: "A post too early" }).waitFor();
  await page.getByRole("link", { name: "Write a post" }).waitFor();
});

it("that is open elsewhere changes there by itself, and goes when it is deleted", async () => {
  const page = await demo().visitAs(await demo().newUser("Ada"), "/posts");
  await write(page, "Seen by others", "First words.");
  await openPost(page, "Seen by others");
  const reader = await demo().visitAs(await demo().newUser("Bob"), new URL(page.url()).pathname);
  await reader.getByText("First words.").waitFor();
  expect(await reader.getByRole("link", { name: "Edit" }).count()).toBe(0);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Text").fill("Second thoughts.");
  await page.getByRole("button", { name: "Save" }).click();
  await reader.getByText("Second thoughts.").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete post" }).click();
  await reader.getByText("This post was removed").waitFor();
});

it("is read by visitors who are not signed in, and changed by its author only", async () => {
  const page = await demo().visitAs(await demo().newUser("Ada"), "/posts");
  await write(page, "For everybody", "Come in.");
  await openPost(page, "For everybody");
  const path = new URL(page.url()).pathname;
  const visitor = await demo().visit(path);
  await visitor.getByText("Come in.").waitFor();
  const other = await demo().visitAs(await demo().newUser("Bob"), `${path}/edit`);
  await other.getByText("This post is somebody else's").waitFor();
});

it("V3.2.2 XS-01 markup in a name, a title and a text is shown as text", async () => {
  const markup = "<img src=x onerror=alert(1)>";
  const mallory = { ...(await demo().newUser("Mallory")), name: markup };
  const page = await demo().visitAs(mallory, "/account");
  await page.getByLabel("Name").fill(markup);
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByRole("banner").getByRole("button", { name: markup }).waitFor();
  await page.getByRole("link", { name: "Posts" }).click();
  await write(page, `T ${markup}`, `B ${markup}`);
  await openPost(page, `T ${markup}`);
  const visitor = await demo().visit("/posts");
  await visitor.getByRole("link", { name: `T ${markup}` }).waitFor();
  for (const shown of [page, visitor]) {
    await shown.getByText(`B ${markup}`).waitFor();
    await shown.getByText(markup, { exact: true }).first().waitFor();
    expect(await shown.locator("main img, header img").count()).toBe(0);
  }
});
