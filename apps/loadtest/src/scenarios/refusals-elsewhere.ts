import type { LoadRun } from "../results.ts";
import type { ScenarioContext } from "./scenario.ts";

/** What a service that is there already refuses, and whoever wants figures of it has to know. */
const reasons = {
  401: "it took the token no more: its life is shorter than the load, so lower --seconds",
  429: "it limits the calls of one address, and all of these came from one",
} as const;

export function tellOfRefusals(
  failures: LoadRun["failures"],
  context: Pick<ScenarioContext, "find">,
): void {
  for (const [status, why] of Object.entries(reasons)) {
    const count = failures[status] ?? 0;
    if (count > 0) {
      context.find("plain", `The service refused ${count} requests with ${status}: ${why}.`);
    }
  }
}
