import { describe, expect, it } from "vitest";
import { labControlSchema, labNodesSchema, originsOfLab } from "./lab-config.ts";

describe("LAB_NODES", () => {
  it("has this node first, and names those that have none after where they are", () => {
    expect(labNodesSchema.parse("a=http://localhost:3001, https://b.test")).toEqual([
      { name: "a", url: "http://localhost:3001" },
      { name: "b.test", url: "https://b.test" },
    ]);
  });

  it.each([
    ["nothing", ","],
    ["a path", "http://localhost:3001/trpc"],
    ["another protocol", "ws://localhost:3001"],
    ["credentials", "http://user:password@localhost:3001"],
    ["what is no address", "a=here"],
    ["a name of odd characters", "a b=http://localhost:3001"],
    ["one name twice", "a=http://localhost:3001,a=http://localhost:3002"],
    ["one address twice", "a=http://localhost:3001,b=http://localhost:3001"],
    ["an endless name", `${"a".repeat(41)}=http://localhost:3001`],
    ["eleven", Array.from({ length: 11 }, (_, at) => `http://localhost:${3000 + at}`).join()],
  ])("is refused with %s", (_what, text) => {
    expect(labNodesSchema.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringMatching(/^LAB_NODES must be/) },
    ]);
  });

  it("takes ten", () => {
    const ten = Array.from({ length: 10 }, (_, at) => `http://localhost:${3000 + at}`).join();
    expect(labNodesSchema.parse(ten)).toHaveLength(10);
  });
});

describe("LAB_CONTROL_URL", () => {
  it("is an address of this machine, and its key", () => {
    expect(labControlSchema.parse("http://127.0.0.1:4000/?key=0123456789abcdef")).toEqual({
      url: "http://127.0.0.1:4000",
      key: "0123456789abcdef",
    });
  });

  it.each([
    "http://elsewhere.test:4000/?key=0123456789abcdef",
    "https://127.0.0.1:4000/?key=0123456789abcdef",
    "http://127.0.0.1:4000/",
    "http://127.0.0.1:4000/?key=short",
    "nonsense",
  ])("is refused as %s", (text) => {
    const [issue] = labControlSchema.safeParse(text).error?.issues ?? [];
    expect(issue?.message).toMatch(/^LAB_CONTROL_URL must be/);
    expect(issue?.message).not.toContain("0123456789abcdef");
  });
});

it("the page connects to the other nodes and to the control", () => {
  const control = { url: "http://127.0.0.1:4000", key: "0123456789abcdef" };
  const nodes = [
    { name: "this node", url: "" },
    { name: "b", url: "http://b.test" },
  ] as const;
  expect(originsOfLab({ nodes, control })).toEqual(["http://b.test", "http://127.0.0.1:4000"]);
  expect(originsOfLab(undefined)).toEqual([]);
});
