// Takes pictures of every page in light and dark, as on a desk and in a hand, into screenshots/, and
// puts those that the README shows into docs/images.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDemo } from "../test/demo.ts";
import { makeFirstAdmin } from "../test/first-admin.ts";
import { furnish } from "../test/furnish.ts";
import { pictureFolder, takeLabPicture, takePictures } from "../test/take-pictures.ts";

const imageFolder = fileURLToPath(new URL("../../../docs/images", import.meta.url));
const ofReadme = [
  "lab-verdict.png",
  "posts-light-desktop.png",
  "devices-light-phone.png",
  "sign-in-dark-phone.png",
];

await using demo = await startDemo({ prepare: makeFirstAdmin });
for await (const name of takePictures(demo, await furnish(demo))) {
  console.log(join(pictureFolder, name));
}
await takeLabPicture(demo);
for (const name of ofReadme) await copyFile(join(pictureFolder, name), join(imageFolder, name));
