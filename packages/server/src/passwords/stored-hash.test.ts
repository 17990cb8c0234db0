import { hash, parseOptions } from "@node-rs/argon2";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashCostBounds, isWithinBounds } from "./hash-cost.ts";
import { readHashCost } from "./stored-hash.ts";

const salt = "5o4zWnP/mwi/DTXYVPigYg";
const output = "Kg73tRyLetjj9FwPjUyg6G4poYu5AUF/ySZ6Oyb3MA4";

test.each([
  ["m=19456,t=2,p=1", { memoryKib: 19_456, passes: 2, lanes: 1 }],
  ["m=65536,t=3,p=4", { memoryKib: 65_536, passes: 3, lanes: 4 }],
  ["m=262144,t=10,p=4", { memoryKib: 262_144, passes: 10, lanes: 4 }],
])("PW-02 a hash of %s may be computed", (parameters, cost) => {
  expect(readHashCost(`$argon2id$v=19$${parameters}$${salt}$${output}`)).toEqual(cost);
});

test.each([
  ["4 GiB", `$argon2id$v=19$m=4194304,t=2,p=1$${salt}$${output}`],
  ["a million passes", `$argon2id$v=19$m=19456,t=1000000,p=1$${salt}$${output}`],
  ["eleven passes", `$argon2id$v=19$m=19456,t=11,p=1$${salt}$${output}`],
  ["five lanes", `$argon2id$v=19$m=19456,t=2,p=5$${salt}$${output}`],
  ["1 KiB above the most", `$argon2id$v=19$m=262145,t=2,p=1$${salt}$${output}`],
  ["1 KiB below the least", `$argon2id$v=19$m=19455,t=2,p=1$${salt}$${output}`],
  ["one pass", `$argon2id$v=19$m=19456,t=1,p=1$${salt}$${output}`],
  ["a number with a zero before it", `$argon2id$v=19$m=019456,t=2,p=1$${salt}$${output}`],
  ["a sign", `$argon2id$v=19$m=+19456,t=2,p=1$${salt}$${output}`],
  ["argon2i", `$argon2i$v=19$m=19456,t=2,p=1$${salt}$${output}`],
  ["argon2d", `$argon2d$v=19$m=19456,t=2,p=1$${salt}$${output}`],
  ["version 16", `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${output}`],
  ["no version", `$argon2id$m=19456,t=2,p=1$${salt}$${output}`],
  ["parameters in another order", `$argon2id$v=19$t=2,m=19456,p=1$${salt}$${output}`],
  ["further parameters", `$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAA$${salt}$${output}`],
  ["short salt", `$argon2id$v=19$m=19456,t=2,p=1$AAAA$${output}`],
  ["short output", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$AAAA`],
  ["long output", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${output.repeat(100)}`],
  ["no output", `$argon2id$v=19$m=19456,t=2,p=1$${salt}`],
  ["more after it", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${output}\n`],
  ["more before it", ` $argon2id$v=19$m=19456,t=2,p=1$${salt}$${output}`],
  ["two of them", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${output}`.repeat(2)],
  ["bcrypt", "$2b$12$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
  ["a password", "correct horse battery staple"],
  ["nothing", ""],
])("PW-02 refused: %s", (_, phc) => {
  expect(readHashCost(phc)).toBeUndefined();
});

test("PW-02 no string asks for more than the caps", () => {
  const number = fc.oneof(fc.nat(12), fc.nat(300_000), fc.nat());
  fc.assert(
    fc.property(number, number, number, (memoryKib, passes, lanes) => {
      const phc = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${salt}$${output}`;
      const cost = { memoryKib, passes, lanes };
      expect(readHashCost(phc)).toEqual(isWithinBounds(cost) ? cost : undefined);
    }),
  );
});

test("V11.4.2 a hash is read as the library reads it", async () => {
  const { memoryKib, passes, lanes } = hashCostBounds;
  for (const [memoryCost, timeCost, parallelism] of [
    [memoryKib.least, passes.least, lanes.least],
    [memoryKib.least + 1, passes.most, lanes.most],
  ] as const) {
    const phc = await hash("any password", { memoryCost, timeCost, parallelism });
    expect(parseOptions(phc)).toMatchObject({ memoryCost, timeCost, parallelism });
    expect(readHashCost(phc)).toEqual({
      memoryKib: memoryCost,
      passes: timeCost,
      lanes: parallelism,
    });
  }
});
