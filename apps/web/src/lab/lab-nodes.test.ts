import { expect, test } from "vitest";
import { nodeOf, orderNodes, sayNode } from "./lab-nodes.ts";
import { planLanes } from "./planned-lanes.ts";

const nodes = orderNodes(
  [
    { name: "A", url: "http://localhost:1" },
    { name: "B", url: "http://localhost:2" },
  ],
  "B",
  "http://localhost:5173",
);

test("the node of the page comes first, and is reached where the page came from", () => {
  expect(nodes).toEqual([
    { name: "B", url: "http://localhost:5173" },
    { name: "A", url: "http://localhost:1" },
  ]);
});

test("devices are dealt out to the nodes in turn", () => {
  expect([1, 2, 3].map((device) => nodeOf(nodes, device).name)).toEqual(["B", "A", "B"]);
});

test("six devices are checked, and the tokens of three are shown to the others as well", () => {
  const lanes = planLanes(nodes).map(({ check, device }) => `${check} ${device}`);
  expect(lanes).toHaveLength(12);
  expect(lanes).toContain("checked 6");
  expect(lanes).not.toContain("cached 4");
});

test("a node is called one once", () => {
  expect([sayNode("A"), sayNode("this node")]).toEqual(["node A", "this node"]);
});
