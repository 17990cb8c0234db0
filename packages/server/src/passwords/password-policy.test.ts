import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createBreachFile } from "./breach-file.ts";
import { rangeCharactersMax } from "./breach-source.ts";
import type { BreachSource } from "./breach-source.ts";
import { breachDeadlineMs, createPasswordPolicy, openRangesMax } from "./password-policy.ts";
import type { BreachSourceFailed, PasswordPolicy } from "./password-policy.ts";

const password = "correct horse battery staple";
const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex").toUpperCase();
const accepted = { kind: "accepted" };
const breached = { kind: "refused", why: "breached" };

function createPolicy(range?: BreachSource["range"]): {
  policy: PasswordPolicy;
  events: BreachSourceFailed[];
} {
  const events: BreachSourceFailed[] = [];
  const policy = createPasswordPolicy({
    applicationTexts: ["https://auth.zephyrline.test"],
    breachSource: range && { range },
    report: (event) => void events.push(event),
  });
  return { policy, events };
}

afterEach(() => {
  vi.useRealTimers();
});

test("V6.2.4 V6.2.11 the rules hold without a breach source, for the application and the person", async () => {
  const { policy } = createPolicy();
  const ada = { email: "ada.lovelace@example.test", name: "Ada King" };
  expect(await policy.check(password, {})).toEqual(accepted);
  expect(await policy.check(password, ada)).toEqual(accepted);
  for (const [text, owner, why] of [
    ["password1234567!!", {}, "common"],
    ["Zephyrline 2026!", {}, "context"],
    ["Ada.Lovelace.1815", ada, "context"],
    ["example.test 1815", ada, "context"],
    ["King Ada 1815 King", { name: ada.name }, "context"],
    ["adalovelace@example", { email: ada.email }, "context"],
  ] as const) {
    expect(await policy.check(text, owner)).toEqual({ kind: "refused", why });
  }
  expect(await policy.check("Ada.Lovelace.1815", {})).toEqual(accepted);
});

test("CS-2 V6.2.12 a password of the breach file is refused, another one is not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-policy-"));
  try {
    const known = [password, "another known one, long enough", "Grüße aus dem Leck"];
    const path = join(folder, "breached.txt");
    const lines = known.map((text, index) => `${sha1(text)}:${index + 1}`).toSorted();
    await writeFile(path, lines.join("\r\n"));
    await using file = await createBreachFile(path);
    const { policy, events } = createPolicy((prefix, signal) => file.range(prefix, signal));
    for (const text of known) expect(await policy.check(text, {})).toEqual(breached);
    for (const text of known) expect(await policy.check(`${text}!`, {})).toEqual(accepted);
    expect(events).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("V6.2.12 no more than five hex digits go out, and nothing for a password that is refused anyway", async () => {
  const asked: string[] = [];
  const { policy } = createPolicy(async (prefix) => {
    asked.push(prefix);
    return `${sha1(password).slice(5)}:2`;
  });
  expect(await policy.check("passwordpassword", {})).toEqual({ kind: "refused", why: "common" });
  expect(asked).toEqual([]);
  expect(await policy.check(password, {})).toEqual(breached);
  expect(asked).toEqual([sha1(password).slice(0, 5)]);
});

test("V6.2.12 padding does not count", async () => {
  const { policy, events } = createPolicy(async () => `${sha1(password).slice(5)}:0`);
  expect(await policy.check(password, {})).toEqual(accepted);
  expect(events).toEqual([]);
});

describe("V6.2.12 a breach source that fails: the password is accepted, and it is reported", () => {
  const line = `${sha1(password).slice(5)}:2`;
  test.each<[string, BreachSource["range"], string]>([
    ["rejects", () => Promise.reject(new Error("503")), "503"],
    [
      "throws",
      () => {
        throw new Error("no route");
      },
      "no route",
    ],
    ["answers with a page", async () => "<html>", "malformed"],
    ["answers too much", async () => line.padStart(rangeCharactersMax + 1, "\n"), "too long"],
  ])("it %s", async (_, range, text) => {
    const { policy, events } = createPolicy(range);
    expect(await policy.check(password, {})).toEqual(accepted);
    expect(events).toEqual([{ kind: "breach_source_failed", error: expect.any(Error) }]);
    expect(String(events[0]?.error)).toContain(text);
    const [prefix, suffix] = [sha1(password).slice(0, 5), sha1(password).slice(5)];
    for (const secret of [password, prefix, suffix]) {
      expect(String(events[0]?.error)).not.toContain(secret);
    }
  });

  test("it does not answer in time, and is told so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const signals: AbortSignal[] = [];
    const { policy, events } = createPolicy((_, signal) => {
      signals.push(signal);
      return new Promise<string>(() => undefined);
    });
    const verdict = policy.check(password, {});
    await vi.advanceTimersByTimeAsync(breachDeadlineMs - 1);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await verdict).toEqual(accepted);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(String(events[0]?.error)).toContain("1000 ms");
  });

  test("it answers after the deadline: nothing more happens", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answer = Promise.withResolvers<string>();
    const { policy, events } = createPolicy(() => answer.promise);
    const verdict = policy.check(password, {});
    await vi.advanceTimersByTimeAsync(breachDeadlineMs);
    answer.reject(new Error("cut off"));
    expect(await verdict).toEqual(accepted);
    expect(events).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("V6.2.12 calls of a source that never ends them are bounded, and it is asked again later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const open: PromiseWithResolvers<string>[] = [];
  const { policy, events } = createPolicy(() => {
    const call = Promise.withResolvers<string>();
    open.push(call);
    return call.promise;
  });
  const verdicts = Array.from({ length: openRangesMax + 5 }, () => policy.check(password, {}));
  await vi.advanceTimersByTimeAsync(breachDeadlineMs);
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => accepted));
  expect(open).toHaveLength(openRangesMax);
  expect(events).toHaveLength(openRangesMax + 5);

  for (const call of open) call.resolve("");
  await vi.advanceTimersByTimeAsync(0);
  const later = policy.check(password, {});
  open.at(-1)?.resolve(`${sha1(password).slice(5)}:2`);
  expect(await later).toEqual(breached);
  expect(events).toHaveLength(openRangesMax + 5);
  expect(vi.getTimerCount()).toBe(0);
});
