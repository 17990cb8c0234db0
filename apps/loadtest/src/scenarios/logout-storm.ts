import type { LogoutSettings } from "./logout-load.ts";
import type { RevocationVerdict } from "./revocation-checker.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const source = new URL("logout-load.ts", import.meta.url);
const users = 20_000;
const shortUsers = 300;
const seconds = 20;
const nodes = 2;

export const scenario: Scenario = {
  name: "logout-storm",
  title: "Log-outs while others read",
  what: "On two nodes, one user after the other is logged out of one session or everywhere, while the tokens of all are used on both. A checker looks for a read that was sent after the answer to its log-out, and accepted.",
  nodes: { first: nodes, most: nodes },
  async run(stage, context) {
    const settings: LogoutSettings = {
      key: stage.key,
      users: await stage.seed(context.options.isShort ? shortUsers : users, 2),
      readProcedure: "auth.me",
    };
    const { report } = await context.load({
      source,
      settings,
      label: "Reads and log-outs",
      loop: "closed",
      seconds,
    });
    tellVerdict(report as RevocationVerdict, context);
  },
};

/** Says what the checker has found. What breaks the promise fails the whole run. */
export function tellVerdict(
  { loggedOut, readsAfter, acceptedAfter, refusedLive }: RevocationVerdict,
  context: Pick<ScenarioContext, "find" | "findBrokenPromise">,
): void {
  const seen = `${readsAfter} reads were sent after the log-out of their session had returned (${loggedOut} sessions)`;
  if (acceptedAfter > 0) {
    context.findBrokenPromise(`${seen}, and ${acceptedAfter} of them were accepted: none may be.`);
  } else if (readsAfter === 0) {
    context.find("bad", "No read was sent after a log-out, so nothing was checked.");
  } else {
    context.find("good", `${seen}: not one was accepted.`);
  }
  if (refusedLive > 0) {
    context.findBrokenPromise(
      `${refusedLive} reads of sessions that nobody logged out were refused.`,
    );
  }
}
