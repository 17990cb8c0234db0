import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fuzzSettings, fuzzTimeoutMs, someOf } from "./fuzz-runs.ts";
import {
  costsHashes,
  hostileInputs,
  inputSchema,
  stringPlaces,
  withValueAt,
} from "./hostile-json.ts";
import { faultsOf, itemsOf } from "./judge-answer.ts";
import { callerKinds, startFuzzWorld } from "./start-fuzz-world.ts";

const world = await startFuzzWorld();
afterAll(() => world[Symbol.asyncDispose]());

describe.each(callerKinds)("called by: %s", (kind) => {
  test.each(world.procedures)(
    "V2.2.1 API-11 API-12 DB-04 $path answers anything with a result or a typed refusal",
    async (procedure) => {
      const schema = inputSchema(procedure.inputs);
      const good = await world.validInput(procedure.path, kind);
      await fc.assert(
        fc.asyncProperty(hostileInputs(schema, good), async (input) => {
          const caller = await world.caller(kind);
          const answer = await world.send({ procedure, caller, ...input });
          // Both before either throws: what one input has left must not be laid to the next.
          const found = [...faultsOf(answer), ...(await world.damage())];
          expect(found).toEqual([]);
        }),
        fuzzSettings(costsHashes(schema)),
      );
    },
    fuzzTimeoutMs,
  );
});

/** The answer of a validation that names the place, perhaps among others. */
const invalidAt = (place: string) => ({
  kind: "error",
  error: {
    data: {
      reason: "input_invalid",
      issues: expect.arrayContaining([expect.objectContaining({ path: place })]),
    },
  },
});

/** What Postgres or UTF-8 can not hold, and what is too much for anything. */
const unusableStrings = ["\0", "a\0", "\ud800", "a\udfff", "a".repeat(2 ** 20)];

const takingTexts = world.procedures.filter(
  ({ inputs }) => stringPlaces(inputSchema(inputs)).length > 0,
);

test.each(takingTexts)(
  "API-12 DB-04 $path refuses what is unusable in every text of its input",
  async (procedure) => {
    const caller = await world.caller("admin");
    const good = await world.validInput(procedure.path, "admin");
    for (const place of stringPlaces(inputSchema(procedure.inputs))) {
      for (const sent of unusableStrings) {
        const text = JSON.stringify(withValueAt(good, place, sent));
        const answer = await world.send({ procedure, caller, text });
        expect(faultsOf(answer)).toEqual([]);
        expect(itemsOf(answer)).toMatchObject([invalidAt(place.join("."))]);
      }
    }
  },
);

const manyKeys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, 0]));
const largeBodies = {
  "400000 arrays in each other": "[".repeat(400_000) + "]".repeat(400_000),
  "100000 objects in each other": `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "an object of 100000 keys": JSON.stringify(manyKeys),
  "a number of 100000 digits": "9".repeat(100_000),
};

test.each(Object.entries(largeBodies))("API-12 procedures refuse %s", async (_, text) => {
  for (const procedure of someOf(world.procedures, 5)) {
    const answer = await world.send({ procedure, caller: await world.caller("admin"), text });
    expect([procedure.path, faultsOf(answer)]).toEqual([procedure.path, []]);
    expect(itemsOf(answer)).toMatchObject([invalidAt("")]);
  }
});

const pollutions = ["__proto__", "constructor", "prototype"].flatMap((name) => [
  [`a key ${name}`, `{"${name}":{"polluted":true,"prototype":{"polluted":true}}`],
  [`a key ${name} with an end to it`, `{"${name}":null`],
]);

test.each(pollutions)("API-11 V15.3.6 every procedure refuses %s", async (_, open) => {
  for (const procedure of world.procedures) {
    const good = await world.validInput(procedure.path, "admin");
    const members = good === undefined ? "" : JSON.stringify(good).slice(1, -1);
    const text = `${open}${members === "" ? "" : `,${members}`}}`;
    const answer = await world.send({ procedure, caller: await world.caller("admin"), text });
    expect([procedure.path, faultsOf(answer)]).toEqual([procedure.path, []]);
    expect(itemsOf(answer)).toMatchObject([invalidAt("")]);
  }
  expect(await world.damage()).toEqual([]);
});
