import { randomBytes } from "node:crypto";
import { startRedis } from "@portcullis/test-servers";
import type { RedisServer } from "@portcullis/test-servers";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Admission } from "./admission.ts";
import { createLimitKeys } from "./limit-keys.ts";
import type { LimitStore } from "./limit-store.ts";
import { callLimitOf, limits } from "./limit-table.ts";
import type { LimitedProcedure, LimitName, WindowLimit } from "./limit-table.ts";
import { createLimiter } from "./limiter.ts";
import type { Limiter, LimitEvent, PasswordTry } from "./limiter.ts";
import { createMemoryLimitStore } from "./memory-limit-store.ts";
import { createRedisLimitStore } from "./redis-limit-store.ts";

const limitKey = randomBytes(32);
const keys = createLimitKeys(limitKey);
const { password_from_address, password_from_strangers, password_failures_of_address } = limits;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

// A machine that is busy with other tests must not send decisions to the memory.
const redisStore = (): LimitStore => createRedisLimitStore({ url: redis.url, timeoutMs: 10_000 });

interface Started extends AsyncDisposable {
  readonly limiter: Limiter;
  readonly store: LimitStore;
}

async function start(store: LimitStore, scale = 1, now: () => number = Date.now): Promise<Started> {
  const events: LimitEvent[] = [];
  const limiter = createLimiter({
    store,
    scale,
    limitKey,
    now,
    report: (event) => void events.push(event),
  });
  await limiter.start();
  return {
    limiter,
    store,
    async [Symbol.asyncDispose]() {
      await limiter.stop();
      expect(events).toEqual([]);
    },
  };
}

/** Nobody has used them: what one test counts is nothing to another. */
let serial = 0;
const freshEmail = (): string => `user${(serial += 1)}@example.test`;
const freshAddress = (): string => {
  serial += 1;
  return `10.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`;
};

const times = <Value>(count: number, run: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

const admitted = (outcomes: readonly { kind: string }[]): number =>
  outcomes.filter(({ kind }) => kind === "admitted").length;

const refusedBy = (outcome: Admission | PasswordTry): LimitName | undefined =>
  outcome.kind === "refused" ? outcome.limit : undefined;

async function succeed(limiter: Limiter, email: string, address: string | null): Promise<void> {
  const outcome = await limiter.admitPasswordTry(email, address);
  if (outcome.kind === "refused") throw new Error(`Refused by ${outcome.limit}`);
  await outcome.succeeded();
}

/** As if the delays of an account were over. */
async function openGates({ store }: Started, email: string, address: string): Promise<void> {
  const { fromAddress, fromStrangers } = keys.ofPasswordTry(email, address);
  await store.decide(async (counters) => {
    await counters.remove(fromAddress.gate);
    await counters.remove(fromStrangers.gate);
  });
}

/** As if no stranger had ever tried an account. */
async function forgetStrangers({ store }: Started, email: string): Promise<void> {
  const { fromStrangers } = keys.ofPasswordTry(email, null);
  await store.decide(async (counters) => {
    for (const key of Object.values(fromStrangers)) await counters.remove(key);
  });
}

/** As if the free tries had been used up, and so many delays were over. */
async function delayBy(
  { store }: Started,
  email: string,
  address: string,
  delays: number,
): Promise<void> {
  const { fromAddress, fromStrangers } = keys.ofPasswordTry(email, address);
  await store.decide(async (counters) => {
    for (const one of [fromAddress, fromStrangers]) {
      await counters.set(one.tries, 50, 3600);
      await counters.set(one.delays, delays, 3600);
    }
  });
}

/** Ends a try as a full queue does. */
function failToCompare(outcome: PasswordTry): Promise<void> {
  if (outcome.kind === "refused") throw new Error(`Refused by ${outcome.limit}`);
  return outcome.compare(() => Promise.reject(new Error("overloaded")));
}

describe.each([
  ["in memory", createMemoryLimitStore],
  ["in Redis", redisStore],
])("%s", (_, createStore) => {
  describe("limits on calls and mails", () => {
    test.each(Object.entries(callLimitOf) as [LimitedProcedure, LimitName][])(
      "V6.1.1 %s: the documented number passes, and not one more",
      async (call, name) => {
        await using started = await start(createStore());
        const { limiter } = started;
        const { points, windowSeconds } = limits[name] as WindowLimit;
        const address = freshAddress();
        expect(admitted(await times(points, () => limiter.admitCall(call, address)))).toBe(points);
        const refused = await limiter.admitCall(call, address);
        expect(refused).toMatchObject({ kind: "refused", limit: name });
        const wait = refused.kind === "refused" ? refused.retryAfterSeconds : 0;
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(windowSeconds);
        expect(await limiter.admitCall(call, freshAddress())).toEqual({ kind: "admitted" });
      },
    );

    test.each([
      "registrations_of_account",
      "resets_of_account",
      "sessions_of_account",
      "renames_of_account",
      "email_changes_of_account",
      "email_changes_to_account",
    ] as const)("FP-4 %s: of 1000 requests at once the documented number passes", async (name) => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      const outcomes = await times(1000, () =>
        limiter.admitForAccount(name, email, freshAddress()),
      );
      expect(admitted(outcomes)).toBe(limits[name].points);
      expect(refusedBy(await limiter.admitForAccount(name, email, freshAddress()))).toBe(name);
      expect(admitted([await limiter.admitForAccount(name, freshEmail(), freshAddress())])).toBe(1);
    });

    test("FP-4 registrations_of_account_from_address: counted for each place by itself", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, place] = [freshEmail(), freshAddress()];
      const name = "registrations_of_account_from_address";
      const outcomes = await times(100, () => limiter.admitForAccount(name, email, place));
      expect(admitted(outcomes)).toBe(limits[name].points);
      expect(admitted([await limiter.admitForAccount(name, email, freshAddress())])).toBe(1);
      expect(admitted([await limiter.admitForAccount(name, freshEmail(), place)])).toBe(1);
    });

    test("FP-4 registrations do not use up the reset that an owner waits for", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      await times(50, () => limiter.admitForAccount("registrations_of_account", email, null));
      expect(admitted([await limiter.admitForAccount("resets_of_account", email, null)])).toBe(1);
    });

    test("V2.3.2 of 100 calls at once, one before the limit, exactly one passes", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const address = freshAddress();
      await times(limits.registrations_of_address.points - 1, () =>
        limiter.admitCall("register", address),
      );
      const outcomes = await times(100, () => limiter.admitCall("register", address));
      expect(admitted(outcomes)).toBe(1);
    });

    test("V2.4.1 every call counts, whatever it calls and however it came", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const { points } = limits.calls_of_address;
      const address = freshAddress();
      expect(admitted(await times(points, () => limiter.admitCall("other", address)))).toBe(points);
      expect(refusedBy(await limiter.admitCall("other", address))).toBe("calls_of_address");
      expect(refusedBy(await limiter.admitCall("refresh", address))).toBe("calls_of_address");
    });

    test("API-19 a whole /64, and both forms of an IPv4 address, are one caller", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const { points } = limits.resets_of_address;
      const rotated = await times(100, (index) =>
        limiter.admitCall("forgotPassword", `2001:db8:5:${createStore.name.length}::${index}`),
      );
      expect(admitted(rotated)).toBe(points);
      const address = freshAddress();
      const mixed = await times(100, (index) =>
        limiter.admitCall("forgotPassword", index % 2 === 0 ? address : `::ffff:${address}`),
      );
      expect(admitted(mixed)).toBe(points);
    });

    test("the scale multiplies what is allowed", async () => {
      await using started = await start(createStore(), 3);
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      const calls = await times(200, () => limiter.admitCall("register", address));
      expect(admitted(calls)).toBe(3 * limits.registrations_of_address.points);
      const tries = await times(200, () => limiter.admitPasswordTry(email, address));
      expect(admitted(tries)).toBe(3 * password_from_address.freeTries);
    });
  });

  describe("tries of a password", () => {
    test("V6.1.1 from one address: the free tries, then one after each delay, which doubles", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await succeed(limiter, email, address);
      for (let count = 0; count < password_from_address.freeTries; count += 1) {
        expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(1);
      }
      for (const delay of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1200, 1200]) {
        const refused = await limiter.admitPasswordTry(email, address);
        expect(refused).toMatchObject({ kind: "refused", limit: "password_from_address" });
        const wait = refused.kind === "refused" ? refused.retryAfterSeconds : 0;
        expect(wait).toBeLessThanOrEqual(delay);
        expect(wait).toBeGreaterThan(delay / 3);
        await openGates(started, email, address);
        expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(1);
      }
    });

    test("V2.3.2 of 100 tries at once exactly the free ones pass, and one after the delay", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      const burst = (): Promise<PasswordTry[]> =>
        times(100, () => limiter.admitPasswordTry(email, address));
      expect(admitted(await burst())).toBe(password_from_address.freeTries);
      expect(admitted(await burst())).toBe(0);
      await openGates(started, email, address);
      expect(admitted(await burst())).toBe(1);
    });

    test("a refused try passes once its delay is over", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await times(10, () => limiter.admitPasswordTry(email, address));
      const outcome = async (): Promise<string> =>
        (await limiter.admitPasswordTry(email, address)).kind;
      await expect.poll(outcome, { timeout: 20_000 }).toBe("admitted");
    });

    test("V6.3.1 hammering makes no delay longer", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await times(1000, () => limiter.admitPasswordTry(email, address));
      await openGates(started, email, address);
      expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(1);
      const refused = await limiter.admitPasswordTry(email, address);
      expect(refused.kind === "refused" && refused.retryAfterSeconds).toBeLessThanOrEqual(2);
    });

    test("V6.3.1 trying while it is of no use changes nothing", async () => {
      await using started = await start(createStore());
      const { limiter, store } = started;
      const [email, address, newPlace] = [freshEmail(), freshAddress(), freshAddress()];
      const tryTimes = async (count: number, from: () => string): Promise<void> => {
        for (let index = 0; index < count; index += 1) {
          await limiter.admitPasswordTry(email, from());
        }
      };
      const countsOf = (from: string): Promise<number[]> => {
        const { failuresOfAddress, fromAddress, fromStrangers } = keys.ofPasswordTry(email, from);
        const names = [failuresOfAddress, fromAddress.tries, fromStrangers.tries];
        return store.decide((counters) =>
          Promise.all(names.map(async (name) => (await counters.read(name)).count)),
        );
      };
      const { freeTries } = password_from_address;
      await tryTimes(freeTries + 50, () => address);
      expect(await countsOf(address)).toEqual([freeTries, freeTries, freeTries]);
      const strangers = password_from_strangers.freeTries;
      await tryTimes(strangers - freeTries, freshAddress);
      await tryTimes(50, () => newPlace);
      expect(await countsOf(newPlace)).toEqual([0, 0, strangers]);
    });

    test("a right password begins anew", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await succeed(limiter, email, address);
      await times(password_from_address.freeTries - 1, () =>
        limiter.admitPasswordTry(email, address),
      );
      await succeed(limiter, email, address);
      const tries = await times(50, () => limiter.admitPasswordTry(email, address));
      expect(admitted(tries)).toBe(password_from_address.freeTries);
    });

    test("V6.3.1 one account, 1000 passwords, 1000 addresses: as many as strangers have", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      const outcomes = await times(1000, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(admitted(outcomes)).toBe(password_from_strangers.freeTries);
      const next = await limiter.admitPasswordTry(email, freshAddress());
      expect(refusedBy(next)).toBe("password_from_strangers");
    });

    test("V6.3.1 one account, 1000 passwords, 1000 addresses of one /64: as one address", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      const outcomes = await times(1000, (index) =>
        limiter.admitPasswordTry(email, `2001:db8:6:6::${index.toString(16)}`),
      );
      expect(admitted(outcomes)).toBe(password_from_address.freeTries);
    });

    test("V6.3.1 1000 accounts, one password, one address: as many as an address has", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const address = freshAddress();
      const outcomes = await times(1000, () => limiter.admitPasswordTry(freshEmail(), address));
      expect(admitted(outcomes)).toBe(password_failures_of_address.points);
      const next = await limiter.admitPasswordTry(freshEmail(), address);
      expect(refusedBy(next)).toBe("password_failures_of_address");
    });

    test("V6.3.1 right passwords use nothing up: an office signs in, and may still mistype", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const address = freshAddress();
      const { points } = password_failures_of_address;
      for (let user = 0; user < 2 * points; user += 1) {
        await succeed(limiter, freshEmail(), address);
      }
      const outcomes = await times(2 * points, () =>
        limiter.admitPasswordTry(freshEmail(), address),
      );
      expect(admitted(outcomes)).toBe(points);
    });

    test("a try that loses a race uses up nothing of its address", async () => {
      await using started = await start(createStore());
      const { limiter, store } = started;
      const [email, office] = [freshEmail(), freshAddress()];
      const failuresOf = (address: string): Promise<number> =>
        store.decide(async (counters) => {
          const { failuresOfAddress } = keys.ofPasswordTry(email, address);
          return (await counters.read(failuresOfAddress)).count;
        });
      const places = Array.from({ length: 100 }, freshAddress);
      await Promise.all(places.map((place) => limiter.admitPasswordTry(email, place)));
      const failures = await Promise.all(places.map(failuresOf));
      expect(failures.filter((count) => count > 0)).toHaveLength(password_from_strangers.freeTries);

      const { points } = password_failures_of_address;
      const atOffice = await times(2 * points, () =>
        limiter.admitPasswordTry(freshEmail(), office),
      );
      expect(admitted(atOffice)).toBe(points);
      expect(await failuresOf(office)).toBe(points);
    });

    test("EN-05 1000 wrong passwords from elsewhere, then the owner at a known address", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, home] = [freshEmail(), freshAddress()];
      await succeed(limiter, email, home);
      await times(1000, () => limiter.admitPasswordTry(email, freshAddress()));
      const atHome = await times(50, () => limiter.admitPasswordTry(email, home));
      expect(admitted(atHome)).toBe(password_from_address.freeTries);
      await openGates(started, email, home);
      await times(1000, () => limiter.admitPasswordTry(email, freshAddress()));
      await succeed(limiter, email, home);
      await succeed(limiter, email, home);
    });

    test("EN-05 whoever tries many accounts keeps nobody out who has signed in from there", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [neighbour, shared] = [freshEmail(), freshAddress()];
      await succeed(limiter, neighbour, shared);
      await times(1000, () => limiter.admitPasswordTry(freshEmail(), shared));
      const unknownThere = await limiter.admitPasswordTry(freshEmail(), shared);
      expect(refusedBy(unknownThere)).toBe("password_failures_of_address");
      await succeed(limiter, neighbour, shared);
    });

    test("EN-05 an owner at a known address uses nothing of the strangers' up", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, home] = [freshEmail(), freshAddress()];
      await succeed(limiter, email, home);
      await times(50, () => limiter.admitPasswordTry(email, home));
      const strangers = await times(50, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(admitted(strangers)).toBe(password_from_strangers.freeTries);
    });

    test("EN-05 an owner who travels takes back each own try among the strangers", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      for (let place = 0; place < 50; place += 1) await succeed(limiter, email, freshAddress());
      const strangers = await times(50, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(admitted(strangers)).toBe(password_from_strangers.freeTries);
    });

    test("V6.3.1 a success of the owner takes no failure of strangers back", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      const free = password_from_strangers.freeTries;
      await times(free - 2, () => limiter.admitPasswordTry(email, freshAddress()));
      await succeed(limiter, email, freshAddress());
      const strangers = await times(50, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(admitted(strangers)).toBe(2);
    });

    test("V6.3.1 a success of the owner opens no gate to strangers", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, home] = [freshEmail(), freshAddress()];
      const free = password_from_strangers.freeTries;
      await times(free - 1, () => limiter.admitPasswordTry(email, freshAddress()));
      await succeed(limiter, email, home);
      const stranger = await limiter.admitPasswordTry(email, freshAddress());
      expect(refusedBy(stranger)).toBe("password_from_strangers");
    });

    test("EN-05 a mailed secret makes a new place known in the middle of an attack", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, newPlace] = [freshEmail(), freshAddress()];
      await times(100, () => limiter.admitPasswordTry(email, freshAddress()));
      const before = await limiter.admitPasswordTry(email, newPlace);
      expect(refusedBy(before)).toBe("password_from_strangers");
      await limiter.rememberOnlyAddress(email, newPlace);
      await times(50, () => limiter.admitPasswordTry(email, newPlace));
      expect(refusedBy(await limiter.admitPasswordTry(email, newPlace))).toBe(
        "password_from_address",
      );
      await limiter.rememberOnlyAddress(email, newPlace);
      await succeed(limiter, email, newPlace);
    });

    test("V6.3.1 addresses that were known are strangers' once they are forgotten, again and again", async () => {
      // Within one millisecond too, and where a clock was set back.
      let nowMs = Date.now();
      await using started = await start(createStore(), 1, () => nowMs);
      const { limiter } = started;
      const [email, home] = [freshEmail(), freshAddress()];
      for (let round = 0; round < 3; round += 1) {
        const places = Array.from({ length: 20 }, freshAddress);
        for (const place of places) await succeed(limiter, email, place);
        await limiter.rememberOnlyAddress(email, home);
        const tries = await Promise.all(
          places.map((place) => limiter.admitPasswordTry(email, place)),
        );
        expect(admitted(tries)).toBeLessThan(places.length);
        await forgetStrangers(started, email);
        nowMs -= round;
      }
      await times(100, () => limiter.admitPasswordTry(email, freshAddress()));
      await succeed(limiter, email, home);
    });

    test("V6.3.1 a try that began before addresses were forgotten makes none known after it", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, place] = [freshEmail(), freshAddress()];
      const slow = await limiter.admitPasswordTry(email, place);
      await limiter.rememberOnlyAddress(email, freshAddress());
      if (slow.kind === "admitted") await slow.succeeded();
      await times(100, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(refusedBy(await limiter.admitPasswordTry(email, place))).toBe(
        "password_from_strangers",
      );
    });

    test("V6.3.1 a right password after addresses were forgotten makes its address known", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, place] = [freshEmail(), freshAddress()];
      await limiter.rememberOnlyAddress(email, freshAddress());
      await succeed(limiter, email, place);
      await times(100, () => limiter.admitPasswordTry(email, freshAddress()));
      expect(admitted([await limiter.admitPasswordTry(email, place)])).toBe(1);
    });

    test("API-10 a try that was not compared counts for nothing", async () => {
      await using started = await start(createStore());
      const { limiter, store } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      for (let count = 0; count < 3 * password_failures_of_address.points; count += 1) {
        await expect(failToCompare(await limiter.admitPasswordTry(email, address))).rejects.toThrow(
          "overloaded",
        );
      }
      const { failuresOfAddress, fromAddress, fromStrangers } = keys.ofPasswordTry(email, address);
      const names = [failuresOfAddress, fromAddress.tries, fromStrangers.tries];
      const counts = await store.decide((counters) =>
        Promise.all(names.map(async (name) => (await counters.read(name)).count)),
      );
      expect(counts).toEqual([0, 0, 0]);
      const tries = await times(50, () => limiter.admitPasswordTry(email, address));
      expect(admitted(tries)).toBe(password_from_address.freeTries);
    });

    test("V6.3.1 what is compared counts, whatever becomes of others at the same time", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      const all = await times(100, () => limiter.admitPasswordTry(email, address));
      const passed = all.filter((outcome) => outcome.kind === "admitted");
      const [compared, ...notCompared] = passed;
      await compared?.compare(() => Promise.resolve("wrong"));
      await Promise.all(notCompared.map((ticket) => failToCompare(ticket).catch(() => undefined)));
      await openGates(started, email, address);
      const later = await times(100, () => limiter.admitPasswordTry(email, address));
      expect(admitted(later)).toBeLessThanOrEqual(password_from_address.freeTries);
    });

    test("EN-05 a try that was not compared opens the gates that it closed", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await delayBy(started, email, address, 8);
      const closing = await limiter.admitPasswordTry(email, address);
      expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(0);
      await expect(failToCompare(closing)).rejects.toThrow("overloaded");
      expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(1);
      // The delay that follows is as long as if it had not been.
      const { fromAddress, fromStrangers } = keys.ofPasswordTry(email, address);
      const delays = await started.store.decide((counters) =>
        Promise.all([counters.read(fromAddress.delays), counters.read(fromStrangers.delays)]),
      );
      expect(delays.map(({ count }) => count)).toEqual([9, 9]);
    });

    test("V6.3.1 but none that another try has closed since", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [email, address] = [freshEmail(), freshAddress()];
      await delayBy(started, email, address, 8);
      const slow = await limiter.admitPasswordTry(email, address);
      await openGates(started, email, address);
      expect(admitted([await limiter.admitPasswordTry(email, address)])).toBe(1);
      await expect(failToCompare(slow)).rejects.toThrow("overloaded");
      expect(refusedBy(await limiter.admitPasswordTry(email, address))).toBe(
        "password_from_address",
      );
      expect(refusedBy(await limiter.admitPasswordTry(email, freshAddress()))).toBe(
        "password_from_strangers",
      );
    });

    test("EN-05 what is known for one account is not for another", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [victim, address] = [freshEmail(), freshAddress()];
      await succeed(limiter, freshEmail(), address);
      await times(100, () => limiter.admitPasswordTry(victim, freshAddress()));
      const outcome = await limiter.admitPasswordTry(victim, address);
      expect(refusedBy(outcome)).toBe("password_from_strangers");
    });

    test("EN-04 an account that exists and one that does not are refused alike", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const [existing, unknown] = [freshEmail(), freshEmail()];
      await succeed(limiter, existing, freshAddress());
      const outcomes = async (email: string): Promise<(LimitName | undefined)[]> => {
        const address = freshAddress();
        const all: (LimitName | undefined)[] = [];
        for (let count = 0; count < 8; count += 1) {
          all.push(refusedBy(await limiter.admitPasswordTry(email, address)));
        }
        for (let count = 0; count < 8; count += 1) {
          all.push(refusedBy(await limiter.admitPasswordTry(email, freshAddress())));
        }
        return all;
      };
      expect(await outcomes(existing)).toEqual(await outcomes(unknown));
    });

    test("callers without an address are one", async () => {
      await using started = await start(createStore());
      const { limiter } = started;
      const email = freshEmail();
      const outcomes = await times(50, () => limiter.admitPasswordTry(email, null));
      expect(admitted(outcomes)).toBe(password_from_address.freeTries);
    });
  });
});

test("V2.3.2 two nodes with one Redis count together", async () => {
  await using one = await start(redisStore());
  await using other = await start(redisStore());
  const [email, address] = [freshEmail(), freshAddress()];
  const tries = await times(100, (index) =>
    (index % 2 === 0 ? one : other).limiter.admitPasswordTry(email, address),
  );
  expect(admitted(tries)).toBe(password_from_address.freeTries);
  const calls = await times(100, (index) =>
    (index % 2 === 0 ? one : other).limiter.admitCall("register", address),
  );
  expect(admitted(calls)).toBe(limits.registrations_of_address.points);
});

test("V1.3.9 names of counters carry no input, and every counter has an end", async () => {
  await using own = await startRedis();
  await using started = await start(createRedisLimitStore({ url: own.url, timeoutMs: 10_000 }));
  const { limiter } = started;
  const hostile = ["*", "a:b", "[x]", "\r\nFLUSHALL\r\n", "\0", " ", "x".repeat(10_000)];
  for (const email of ["ada@example.test", ...hostile]) {
    for (const address of ["203.0.113.9", "2001:db8::1", null, ...hostile]) {
      await limiter.admitCall("refresh", address);
      await limiter.admitForAccount("resets_of_account", email, address);
      await limiter.admitForAccount("registrations_of_account_from_address", email, address);
      await limiter.admitDenial(email, "users:ban");
      await times(12, () => limiter.admitPasswordTry(email, address));
      const outcome = await limiter.admitPasswordTry(email, `10.0.0.${hostile.indexOf(email)}`);
      if (outcome.kind === "admitted") await outcome.succeeded();
    }
  }

  const client = createClient({ url: own.url });
  await client.connect();
  const names = await client.keys("*");
  const ttls = await Promise.all(names.map((name) => client.ttl(name)));
  client.destroy();
  expect(names.length).toBeGreaterThan(50);
  const form = /^portcullis:limit:[a-z_]+(?::[A-Za-z0-9_-]{22}){1,2}(?::(?:tries|delays|gate))?$/;
  expect(names.filter((name) => !form.test(name))).toEqual([]);
  // Redis says -1 of a key without an end, and -2 of one that has ended meanwhile.
  expect(ttls).not.toContain(-1);
});

test("names of counters depend on the key", () => {
  const others = createLimitKeys(randomBytes(32));
  expect(others.ofAccount("resets_of_account", "ada@example.test")).not.toBe(
    keys.ofAccount("resets_of_account", "ada@example.test"),
  );
  expect(others.ofAddress("refreshes_of_address", "203.0.113.9")).not.toBe(
    keys.ofAddress("refreshes_of_address", "203.0.113.9"),
  );
});
