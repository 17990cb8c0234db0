import type { LabNode } from "./device.ts";

/** How many devices are opened. */
export const deviceCount = 6;
/** Of so many of them the tokens are shown to the other two checks as well. */
export const comparedCount = 3;

/** The nodes, that of this page first: it is reached where the page came from. */
export function orderNodes(
  nodes: readonly LabNode[],
  self: string,
  pageOrigin: string,
): readonly [LabNode, ...LabNode[]] {
  const others = nodes.filter(({ name }) => name !== self);
  return [{ name: self, url: pageOrigin }, ...others];
}

/** Devices are dealt out to the nodes in turn. */
export function nodeOf(nodes: readonly [LabNode, ...LabNode[]], device: number): LabNode {
  return nodes[(device - 1) % nodes.length] ?? nodes[0];
}

/** The name of a node within a sentence. A service that is alone calls its node "this node". */
export function sayNode(name: string): string {
  return name.endsWith("node") ? name : `node ${name}`;
}
