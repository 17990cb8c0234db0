import { expect, it } from "vitest";
import { ManualClock, settle } from "../../test/manual-clock.ts";
import { Acknowledgements } from "./acknowledgements.ts";

interface World {
  readonly clock: ManualClock;
  readonly acknowledgements: Acknowledgements;
}

function setUp(): World {
  const clock = new ManualClock();
  return { clock, acknowledgements: new Acknowledgements(clock) };
}

it("waits for nobody when nobody is listed", async () => {
  const drain = setUp().acknowledgements.expect("f1");
  expect(await drain.silent([], 100)).toEqual([]);
});

it("counts who answered before it was known who is listed", async () => {
  const { acknowledgements } = setUp();
  const drain = acknowledgements.expect("f1");
  for (const nodeId of ["a", "b"]) acknowledgements.acknowledge("f1", nodeId);
  expect(await drain.silent(["a", "b"], 100)).toEqual([]);
});

it("ends as soon as the last one has answered", async () => {
  const { acknowledgements } = setUp();
  const drain = acknowledgements.expect("f1");
  acknowledgements.acknowledge("f1", "a");
  let isOver = false;
  const silent = drain.silent(["a", "b"], 100).finally(() => (isOver = true));
  await settle();
  expect(isOver).toBe(false);
  acknowledgements.acknowledge("f1", "b");
  expect(await silent).toEqual([]);
});

it("names those that were silent until the time was over", async () => {
  const { acknowledgements, clock } = setUp();
  const drain = acknowledgements.expect("f1");
  const silent = drain.silent(["a", "b", "c"], 100);
  acknowledgements.acknowledge("f1", "b");
  await clock.advance(100);
  expect(await silent).toEqual(["a", "c"]);
});

it("takes no answer to another fence, of a stranger, or to one nobody waits for", async () => {
  const { acknowledgements, clock } = setUp();
  const drain = acknowledgements.expect("f1");
  const other = acknowledgements.expect("f2");
  const silent = drain.silent(["a"], 100);
  acknowledgements.acknowledge("f2", "a");
  acknowledgements.acknowledge("f1", "stranger");
  acknowledgements.acknowledge("f3", "a");
  other.close();
  acknowledgements.acknowledge("f2", "a");
  await clock.advance(100);
  expect(await silent).toEqual(["a"]);
});
