import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { type Demo, signIn } from "./demo.ts";
import { admin } from "./first-admin.ts";
import type { Furnished } from "./furnish.ts";
import { heading } from "./on-page.ts";
import {
  adminStops,
  goTo,
  openStops,
  schemes,
  sizes,
  takeLook,
  type Look,
  type Stop,
} from "./tour.ts";

/** Where pictures of the pages are kept. */
export const pictureFolder = fileURLToPath(new URL("../screenshots", import.meta.url));

/** Takes a picture of a page as it is now, and gives the name of its file. */
export async function takePicture(page: Page, stop: Stop, { size, scheme }: Look): Promise<string> {
  const name = `${stop.name}-${scheme}-${size.name}.png`;
  await page.screenshot({ path: join(pictureFolder, name) });
  return name;
}

/** Takes a picture of every page in every look, and gives the names of the files. */
export async function* takePictures(demo: Demo, furnished: Furnished): AsyncGenerator<string> {
  const { context, open } = await demo.enter();
  const page = await open("/");
  const tours = [
    { stops: openStops(demo.outboxPath, furnished), user: undefined },
    { stops: adminStops(furnished), user: admin },
  ];
  for (const { stops, user } of tours) {
    if (user !== undefined) {
      await page.goto(`${demo.origin}/sign-in`);
      await signIn(page, user);
      await heading(page, "Posts");
    }
    for (const stop of stops) {
      await goTo(page, demo.origin, stop);
      for (const size of sizes) {
        for (const scheme of schemes) {
          await takeLook(page, { size, scheme });
          yield await takePicture(page, stop, { size, scheme });
        }
      }
    }
  }
  await context.close();
}

/** Takes a picture of the lab after a log-out, when the other checks have gone on for a while. */
export async function takeLabPicture(demo: Demo): Promise<void> {
  const page = await demo.visit("/lab", { viewport: { width: 1120, height: 1010 } });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await page.getByText("still accepted, 0:04 after").first().waitFor();
  await page.screenshot({ path: join(pictureFolder, "lab-verdict.png") });
}
