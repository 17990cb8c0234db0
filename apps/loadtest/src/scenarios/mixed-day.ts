import { halfOf } from "./fixed-rate.ts";
import { dayLoad } from "./mixed-requests.ts";
import type { Scenario } from "./scenario.ts";

const seconds = 15;

export const scenario: Scenario = {
  name: "mixed-day",
  title: "A mixed day",
  what: "95 % reads (70 % auth.me, 20 % posts.byId, 5 % posts.list), 2 % new posts, 2 % refreshes, 0.5 % logins and as many log-outs of those who came.",
  async run(stage, context) {
    const { isShort } = context.options;
    const { run } = await context.load({
      ...(await dayLoad(stage, isShort)),
      label: "As much as it takes",
    });
    await context.load({
      ...(await dayLoad(stage, isShort)),
      label: "At a fixed rate",
      loop: halfOf(run.requestsPerSecond),
      seconds,
    });
  },
};
