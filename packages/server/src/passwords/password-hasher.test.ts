import { hash, hashRaw, parseOptions, verify } from "@node-rs/argon2";
import { beforeAll, describe, expect, test } from "vitest";
import { createPasswordHasher } from "./password-hasher.ts";
import type { Argon2, PasswordHasher } from "./password-hasher.ts";

const floor = { memoryKib: 19_456, passes: 2, lanes: 1 };
const raised = { memoryKib: 32_768, passes: 3, lanes: 1 };
const password = "the right password";

/** The real library, with the work of each call written down as memory times passes. */
function countingArgon2(): Argon2 & { work: number; atOnce: number; atOnceMost: number } {
  async function count<Value>(work: number, call: () => Promise<Value>): Promise<Value> {
    counted.work += work;
    counted.atOnce += 1;
    counted.atOnceMost = Math.max(counted.atOnceMost, counted.atOnce);
    try {
      return await call();
    } finally {
      counted.atOnce -= 1;
    }
  }
  const workOf = ({ memoryCost = 0, timeCost = 0 }): number => memoryCost * timeCost;
  const counted = {
    work: 0,
    atOnce: 0,
    atOnceMost: 0,
    hash: (text, options) => count(workOf(options ?? {}), () => hash(text, options)),
    hashRaw: (text, options) => count(workOf(options ?? {}), () => hashRaw(text, options)),
    verify: (phc, text) => count(workOf(parseOptions(phc)), () => verify(phc, text)),
  } satisfies Argon2 & { work: number; atOnce: number; atOnceMost: number };
  return counted;
}

async function startHasher(
  cost = floor,
  bounds = { concurrency: 2, queueMax: 64 },
  argon2?: Argon2,
): Promise<PasswordHasher> {
  const hasher = createPasswordHasher({ ...bounds, cost }, argon2);
  await hasher.start();
  return hasher;
}

test("without an account the decoy is hashed, and no password fits it", async () => {
  const hasher = createPasswordHasher({ concurrency: 1, queueMax: 1, cost: floor });
  await expect(hasher.verify(undefined, "anything")).rejects.toThrow("auth.start()");
  await hasher.start();
  expect(await hasher.verify(undefined, "anything")).toBe(false);
});

test("EN-01 not even the decoy's own password fits it", async () => {
  const hashed: (string | Uint8Array)[] = [];
  const hasher = await startHasher(floor, undefined, {
    verify,
    hashRaw,
    hash(text, options) {
      hashed.push(text);
      return hash(text, options);
    },
  });
  expect(hashed).toHaveLength(1);
  expect(await hasher.verify(undefined, String(hashed[0]))).toBe(false);
});

describe("PW-01 V6.2.8 only the very password fits", () => {
  const stored = ` Grüße an die 1000 Träume ${"x".repeat(60)}${"\u{1F600}".repeat(128)} `;
  const bytes = Buffer.from(stored);
  let hasher: PasswordHasher;
  let phc: string;

  beforeAll(async () => {
    hasher = await startHasher();
    phc = await hasher.hash(stored);
  });

  test("itself", async () => {
    expect(await hasher.verify(phc, stored)).toBe(true);
  });

  test.each([
    ["without the blank before it", stored.trimStart()],
    ["without the blank after it", stored.trimEnd()],
    ["with another blank", `${stored} `],
    ["in lower case", stored.toLowerCase()],
    ["in upper case", stored.toUpperCase()],
    ["its first 72 bytes", bytes.subarray(0, 72).toString()],
    ["its first 64 characters", stored.slice(0, 64)],
    ["without its last character", [...stored].slice(0, -1).join("")],
    ["with one of 128 emoji less", stored.replace("\u{1F600}", "")],
    ["with another emoji at the end", stored.replace(/\u{1F600} $/u, "\u{1F601} ")],
    ["with NUL and more after it", `${stored}\0more`],
    ["up to a NUL in the middle", stored.replace("1000", "\0")],
    ["in NFD, which the schema would have composed", stored.normalize("NFD")],
    ["nothing", ""],
  ])("not %s", async (_, presented) => {
    expect(presented).not.toBe(stored);
    expect(await hasher.verify(phc, presented)).toBe(false);
  });
});

test("PW-01 what follows a NUL counts", async () => {
  const hasher = await startHasher();
  const phc = await hasher.hash("before it\0after it");
  expect(await hasher.verify(phc, "before it")).toBe(false);
  expect(await hasher.verify(phc, "before it\0another")).toBe(false);
});

test("PS-2 two users with one password have different hashes and salts", async () => {
  const hasher = await startHasher();
  const [one, two] = await Promise.all([hasher.hash(password), hasher.hash(password)]);
  expect(one.split("$")[4]).not.toBe(two.split("$")[4]);
  expect(one.split("$")[5]).not.toBe(two.split("$")[5]);
});

test.each([floor, raised, { memoryKib: 19_456, passes: 2, lanes: 4 }])(
  "PS-1 V11.4.2 a hash has the cost that is asked for, at least the floor: %j",
  async (cost) => {
    const hasher = await startHasher(cost);
    const phc = await hasher.hash(password);
    expect(phc).toMatch(/^\$argon2id\$v=19\$/);
    const { memoryCost, timeCost, parallelism, saltLen, outputLen } = parseOptions(phc);
    expect({ memoryKib: memoryCost, passes: timeCost, lanes: parallelism }).toEqual(cost);
    expect([saltLen, outputLen]).toEqual([16, 32]);
    expect(memoryCost).toBeGreaterThanOrEqual(19_456);
    expect(timeCost).toBeGreaterThanOrEqual(2);
  },
);

describe("EN-01 V11.2.2 after the cost was raised", () => {
  const argon2 = countingArgon2();
  let hasher: PasswordHasher;
  let old: string;
  let current: string;

  beforeAll(async () => {
    old = await (await startHasher(floor)).hash(password);
    hasher = await startHasher(raised, undefined, argon2);
    current = await hasher.hash(password);
  });

  async function workOf(storedHash: string | undefined, presented: string): Promise<number> {
    const before = argon2.work;
    await hasher.verify(storedHash, presented);
    return argon2.work - before;
  }

  test("an old hash still fits, and asks to be made anew", async () => {
    expect(await hasher.verify(old, password)).toBe(true);
    expect(await hasher.verify(old, "a wrong password")).toBe(false);
    expect(hasher.needsRehash(old)).toBe(true);
    expect(hasher.needsRehash(await hasher.hash(password))).toBe(false);
  });

  test("a hash that costs more than now stays", async () => {
    expect((await startHasher(floor)).needsRehash(current)).toBe(false);
  });

  test("an unknown email, a new hash and an old one are the same work, right or wrong", async () => {
    const expected = raised.memoryKib * raised.passes;
    for (const [storedHash, presented] of [
      [undefined, password],
      [current, "a wrong password"],
      [current, password],
      [old, "a wrong password"],
      [old, password],
    ] as const) {
      // The filler's memory is in whole KiB.
      expect(Math.abs((await workOf(storedHash, presented)) - expected)).toBeLessThanOrEqual(3);
    }
  });

  test("V15.2.2 the filler is part of the same turn", async () => {
    const during: Promise<unknown>[] = [];
    const single: PasswordHasher = await startHasher(
      raised,
      { concurrency: 1, queueMax: 0 },
      {
        hash,
        verify,
        hashRaw(text, options) {
          during.push(single.hash(password).catch((error: unknown) => error));
          return hashRaw(text, options);
        },
      },
    );
    expect(await single.verify(old, password)).toBe(true);
    expect(during).toHaveLength(1);
    expect(await during[0]).toMatchObject({ reason: "overloaded" });
  });
});

describe("PW-02 V11.2.5 a damaged hash in the database", () => {
  test.each([
    ["4 GiB", (phc: string) => phc.replace("m=19456", "m=4194304")],
    ["a million passes", (phc: string) => phc.replace("t=2", "t=1000000")],
    ["argon2i", (phc: string) => phc.replace("argon2id", "argon2i")],
    ["bcrypt", () => "$2b$12$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["a plain password", () => password],
    ["nothing", () => ""],
  ])("%s: fails without computing anything", async (_, damage) => {
    const argon2 = countingArgon2();
    const hasher = await startHasher(floor, undefined, argon2);
    const phc = damage(await hasher.hash(password));
    const before = argon2.work;
    const failure = hasher.verify(phc, password);
    await expect(failure).rejects.toThrow(/^A password hash in the database/);
    await expect(failure).rejects.not.toThrow(phc === "" ? password : phc);
    expect(() => hasher.needsRehash(phc)).toThrow(/^A password hash in the database/);
    expect(argon2.work).toBe(before);
  });

  test("any other character in it never lets the right password in", async () => {
    const hasher = await startHasher(floor, { concurrency: 2, queueMax: 200 });
    const phc = await hasher.hash(password);
    const outcomes = await Promise.all(
      Array.from(phc, (character, index) => {
        const other = character === "9" ? "8" : "9";
        const damaged = phc.slice(0, index) + other + phc.slice(index + 1);
        return hasher.verify(damaged, password).catch(() => "failed");
      }),
    );
    expect(outcomes).not.toContain(true);
  });
});

test("V15.2.2 the queue is bounded and opens again", async () => {
  const hasher = await startHasher(floor, { concurrency: 1, queueMax: 2 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, (_, index) => hasher.hash(`password number ${index}`)),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  await expect(hasher.hash("afterwards")).resolves.toContain("$argon2id$");
});

test("API-10 of 200 verifications at once as many are accepted as there are places", async () => {
  const argon2 = countingArgon2();
  const hasher = await startHasher(floor, { concurrency: 2, queueMax: 8 }, argon2);
  const stored = await hasher.hash(password);
  const kinds = [
    { storedHash: stored, presented: password, isRight: true },
    { storedHash: stored, presented: "a wrong password", isRight: false },
    { storedHash: undefined, presented: password, isRight: false },
  ];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => {
      const { storedHash, presented } = kinds[index % 3] ?? {};
      return hasher.verify(storedHash, presented ?? "");
    }),
  );
  const accepted = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : [],
  );
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? (outcome.reason as { reason: string }).reason : [],
  );
  expect(accepted).toEqual(Array.from({ length: 10 }, (_, index) => kinds[index % 3]?.isRight));
  expect(refused).toEqual(Array<string>(190).fill("overloaded"));
  expect(argon2.atOnceMost).toBe(2);
});
