import { expect, test } from "vitest";
import { parseProcessors, planCpus } from "./cpu-plan.ts";

test("two processors: one for the node, the other for all else", () => {
  expect(planCpus([0, 1], 1)).toMatchObject({
    nodes: [1],
    servers: 0,
    generator: 0,
    nodesAlone: 1,
  });
});

test("too few for the nodes: they share what is left, and none is alone", () => {
  expect(planCpus([0, 1, 2], 3)).toMatchObject({ nodes: [1, 2, 1], servers: 0, nodesAlone: 0 });
  expect(planCpus([0, 1], 2).inWords).toContain("nodes share a processor");
});

test("enough: generator, servers and nodes each have their own", () => {
  expect(planCpus([2, 3, 4, 5, 6], 3)).toMatchObject({
    generator: 2,
    servers: 3,
    nodes: [4, 5, 6],
    nodesAlone: 3,
  });
});

test("one, or a system that pins nothing: nothing is pinned", () => {
  for (const processors of [[], [0]]) {
    const plan = planCpus(processors, 2);
    expect(plan).toMatchObject({ generator: undefined, nodesAlone: 0 });
    expect(plan.nodes).toEqual([undefined, undefined]);
  }
});

test("the kernel's list of processors is read", () => {
  expect(parseProcessors("0-3,8,10-11")).toEqual([0, 1, 2, 3, 8, 10, 11]);
  expect(parseProcessors("")).toEqual([]);
});
