import { halfOf } from "./fixed-rate.ts";
import type { PublicSettings } from "./public-load.ts";
import { tellOfRefusals } from "./refusals-elsewhere.ts";
import type { Scenario } from "./scenario.ts";
import { writePost } from "./written-post.ts";

const source = new URL("public-load.ts", import.meta.url);

export const scenario: Scenario = {
  name: "public",
  title: "Public query",
  what: "Calls of posts.byId for one post, which comes from memory: the cheapest that anybody may make without a token.",
  async run(stage, context) {
    const settings: PublicSettings = { procedure: "posts.byId", postId: await writePost(stage) };
    const { run } = await context.load({ source, settings, label: "posts.byId", loop: "closed" });
    await context.load({
      source,
      settings,
      label: "posts.byId, at a fixed rate",
      loop: halfOf(run.requestsPerSecond),
    });
  },
  async runElsewhere(_service, context) {
    const settings: PublicSettings = { procedure: "posts.list" };
    const { run } = await context.load({ source, settings, label: "posts.list", loop: "closed" });
    tellOfRefusals(run.failures, context);
    context.find("plain", "posts.list was asked, since no post is known there for posts.byId.");
  },
};
