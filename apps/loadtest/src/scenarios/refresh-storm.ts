import { halfOf } from "./fixed-rate.ts";
import type { RefreshSettings } from "./refresh-load.ts";
import type { Scenario } from "./scenario.ts";

const source = new URL("refresh-load.ts", import.meta.url);
const sessionsMin = 5000;
/** Never all of them are being refreshed. */
const sessionsAConnection = 4;

export const scenario: Scenario = {
  name: "refresh-storm",
  title: "Refresh storm",
  what: "Sessions are refreshed one after the other, each with the token that its last refresh gave: a transaction each.",
  async run(stage, context) {
    const { connections = 0 } = context.options;
    const sessions = Math.max(sessionsMin, sessionsAConnection * connections);
    const settings = async (): Promise<RefreshSettings> => ({ users: await stage.seed(sessions) });
    const { run } = await context.load({
      source,
      settings: await settings(),
      label: "Refreshes",
      loop: "closed",
    });
    await context.load({
      source,
      settings: await settings(),
      label: "Refreshes, at a fixed rate",
      loop: halfOf(run.requestsPerSecond),
    });
  },
};
