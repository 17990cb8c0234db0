import { checks, type Lane } from "./call.ts";
import type { LabNode } from "./device.ts";
import { comparedCount, deviceCount, nodeOf } from "./lab-nodes.ts";

/** All lanes of a run, as they stand below each other. */
export function planLanes(nodes: readonly [LabNode, ...LabNode[]]): readonly Lane[] {
  return checks.flatMap((check) =>
    Array.from({ length: check === "checked" ? deviceCount : comparedCount }, (_, index) => ({
      device: index + 1,
      node: nodeOf(nodes, index + 1).name,
      check,
    })),
  );
}
