import { observable } from "@trpc/server/observable";
import type { Observer } from "@trpc/server/observable";
import { describe, expect, test } from "vitest";
import { guardIterable } from "./guard-iterable.ts";
import { guardObservable } from "./guard-observable.ts";
import type { SubscriptionLife } from "./live-subscription.ts";

/** A life that the test ends, with what it was asked to do. */
function createLife() {
  const revoked = new AbortController();
  const done: string[] = [];
  const life: SubscriptionLife = {
    revoked: revoked.signal,
    close: () => done.push("close"),
    reportFault: (error) => done.push(String(error)),
  };
  const refusal = new Error("Revoked");
  return { life, done, refusal, revoke: () => revoked.abort(refusal) };
}

/** An iterable that gives what the test says, when the test says it. */
function createSource() {
  const asked: PromiseWithResolvers<IteratorResult<number, undefined>>[] = [];
  const done: string[] = [];
  const source: AsyncIterable<number, undefined> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        const answer = Promise.withResolvers<IteratorResult<number, undefined>>();
        asked.push(answer);
        return answer.promise;
      },
      async return() {
        done.push("return");
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return { source, done, give: (value: number) => asked.shift()?.resolve({ done: false, value }) };
}

describe("an iterable", () => {
  test("gives its values until it is revoked, then the error, and is closed", async () => {
    const { life, refusal, revoke } = createLife();
    const { source, done, give } = createSource();
    const values = guardIterable(source, life)[Symbol.asyncIterator]();
    const first = values.next();
    give(1);
    expect(await first).toEqual({ done: false, value: 1 });
    const second = values.next();
    revoke();
    give(2);
    await expect(second).rejects.toBe(refusal);
    expect(done).toEqual(["return"]);
    await expect(values.next()).rejects.toBe(refusal);
  });

  test("that was revoked before anybody asked gives nothing, and is closed", async () => {
    const { life, refusal, revoke } = createLife();
    const { source, done } = createSource();
    revoke();
    const values = guardIterable(source, life)[Symbol.asyncIterator]();
    await expect(values.next()).rejects.toBe(refusal);
    expect(done).toEqual(["return"]);
  });

  test("whose generator waits for something is over without it", async () => {
    const { life, refusal, revoke } = createLife();
    const never = Promise.withResolvers<number>();
    async function* waiting() {
      yield await never.promise;
    }
    const values = guardIterable(waiting(), life)[Symbol.asyncIterator]();
    const first = values.next();
    revoke();
    await expect(first).rejects.toBe(refusal);
    expect(await values.return?.()).toEqual({ done: true, value: undefined });
  });

  test("that its reader leaves is closed", async () => {
    const { life, done: ofLife } = createLife();
    const { source, done } = createSource();
    const values = guardIterable(source, life)[Symbol.asyncIterator]();
    await values.return?.();
    expect([done, ofLife]).toEqual([["return"], ["close"]]);
  });

  test.each(["ends", "fails"])("that %s by itself makes room", async (how) => {
    const { life, done } = createLife();
    async function* source() {
      yield await Promise.resolve(1);
      if (how === "fails") throw new Error("Broken");
    }
    const values = guardIterable(source(), life)[Symbol.asyncIterator]();
    await values.next();
    const [last] = await Promise.allSettled([values.next()]);
    expect(last.status).toBe(how === "fails" ? "rejected" : "fulfilled");
    expect(done).toEqual(["close"]);
  });

  test("a fault in the end of a generator is told to the log, and not to the client", async () => {
    const { life, done, refusal, revoke } = createLife();
    async function* source() {
      try {
        yield await Promise.resolve(1);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error("Broken");
      }
    }
    const values = guardIterable(source(), life)[Symbol.asyncIterator]();
    await values.next();
    revoke();
    await expect(values.next()).rejects.toBe(refusal);
    await expect.poll(() => done).toContain("Error: Broken");
  });

  test("an error that nobody is waiting for yet is not a fault of the process", async () => {
    const { life, refusal, revoke } = createLife();
    const { source } = createSource();
    const values = guardIterable(source, life)[Symbol.asyncIterator]();
    const ahead = values.next();
    revoke();
    // As long as a rejection may be without somebody who hears it.
    await new Promise((resolve) => setImmediate(resolve));
    await expect(ahead).rejects.toBe(refusal);
  });
});

describe("an observable", () => {
  function listen() {
    const parts = createLife();
    let source: Observer<number, unknown> | undefined;
    const heard: unknown[] = [];
    const guarded = guardObservable(
      observable<number>((observer) => {
        source = observer;
        return () => heard.push("unsubscribed");
      }),
      parts.life,
    );
    const subscribe = () =>
      guarded.subscribe({
        next: (value) => heard.push(value),
        error: (error) => heard.push(error),
        complete: () => heard.push("complete"),
      });
    return { ...parts, heard, subscribe, source: () => source };
  }

  test("gives its values until it is revoked, then the error, and is left", () => {
    const { heard, subscribe, source, revoke, refusal, done } = listen();
    subscribe();
    source()?.next(1);
    revoke();
    source()?.next(2);
    expect(heard).toEqual([1, refusal, "unsubscribed"]);
    expect(done).toEqual(["close"]);
  });

  test("that was revoked before anybody subscribed gives the error only", () => {
    const { heard, subscribe, source, revoke, refusal } = listen();
    revoke();
    subscribe();
    source()?.next(1);
    expect(heard).toEqual([refusal, "unsubscribed"]);
  });

  test.each(["unsubscribe", "complete", "error"])("makes room after %s", (how) => {
    const { subscribe, source, done, heard, revoke } = listen();
    const subscription = subscribe();
    if (how === "unsubscribe") subscription.unsubscribe();
    if (how === "complete") source()?.complete();
    if (how === "error") source()?.error("Broken");
    expect(done).toEqual(["close"]);
    expect(heard).toContain("unsubscribed");
    const before = heard.length;
    revoke();
    expect(heard).toHaveLength(before);
  });
});
