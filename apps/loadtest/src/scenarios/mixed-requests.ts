import type { Stage } from "../stage/stage.ts";
import type { MixedSettings } from "./mixed-load.ts";
import type { Load } from "./scenario.ts";
import { writePost } from "./written-post.ts";

const source = new URL("mixed-load.ts", import.meta.url);
const readers = 10_000;
const comers = 2000;
const shortReaders = 200;

/** With users of its own each time: their refresh tokens are used up with it. */
export async function dayLoad(stage: Stage, isShort: boolean): Promise<Omit<Load, "label">> {
  const settings: MixedSettings = {
    key: stage.key,
    users: await stage.seed(isShort ? shortReaders : readers),
    visitors: await stage.seed(isShort ? shortReaders : comers),
    refreshers: await stage.seed(isShort ? shortReaders : comers),
    postId: await writePost(stage),
  };
  return { source, settings, loop: "closed" };
}
