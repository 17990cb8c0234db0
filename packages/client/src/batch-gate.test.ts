import { expect, it } from "vitest";
import { createBatchGate } from "./batch-gate.ts";
import { now } from "./clock.ts";

/** Gathers what is sent in one task, as tRPC's batching links do. */
function createBatcher() {
  const batches: string[][] = [];
  let pending: string[] | undefined;
  return {
    batches,
    send(call: string): Promise<string> {
      if (pending === undefined) {
        const batch: string[] = [];
        pending = batch;
        setTimeout(() => {
          batches.push(batch);
          pending = undefined;
        });
      }
      pending.push(call);
      return Promise.resolve(call);
    },
  };
}

const [one, two] = ["one", "two"].map((text) => ({ text, lifeMs: 1, since: now() }));

it("never lets calls of two tokens into one batch, and lets those of one share it", async () => {
  const { batches, send } = createBatcher();
  const gate = createBatchGate();
  const tokens = [one, two, undefined];
  const calls: Promise<string>[] = [];
  for (let round = 0; round < 30; round += 1) {
    for (const access of round % 2 === 0 ? tokens : [one, one, two]) {
      calls.push(gate(access, () => send(access?.text ?? "none")));
    }
    if (round % 5 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await Promise.all(calls);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(batches.flat()).toHaveLength(90);
  for (const batch of batches) expect(new Set(batch).size).toBe(1);
  expect(batches.length).toBeLessThan(60);
});

it("sends in the same task when all calls have one token", () => {
  const { send } = createBatcher();
  const sent: string[] = [];
  const gate = createBatchGate();
  for (const call of ["a", "b"]) {
    void gate(one, () => {
      sent.push(call);
      return send(call);
    });
  }
  expect(sent).toEqual(["a", "b"]);
});
