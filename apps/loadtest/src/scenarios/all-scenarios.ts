import { scenario as growth } from "./growth.ts";
import { scenario as loginStorm } from "./login-storm.ts";
import { scenario as logoutCost } from "./logout-cost.ts";
import { scenario as logoutStorm } from "./logout-storm.ts";
import { scenario as mixedDay } from "./mixed-day.ts";
import { scenario as nodes } from "./nodes.ts";
import { scenario as protectedQuery } from "./protected.ts";
import { scenario as publicQuery } from "./public.ts";
import { scenario as refreshStorm } from "./refresh-storm.ts";
import type { Scenario } from "./scenario.ts";
import { scenario as soak } from "./soak.ts";

/** In the order in which they run. */
export const allScenarios: readonly Scenario[] = [
  protectedQuery,
  publicQuery,
  loginStorm,
  refreshStorm,
  mixedDay,
  logoutStorm,
  logoutCost,
  nodes,
  growth,
  soak,
];
