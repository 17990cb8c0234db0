import { expect, test } from "vitest";
import { RevocationChecker } from "./revocation-checker.ts";

test("a read that was sent before the log-out had returned may be accepted", () => {
  const checker = new RevocationChecker();
  checker.askedOut("a");
  checker.read("a", 90, true);
  checker.loggedOut("a", 100);
  checker.read("a", 95, true);
  checker.read("a", 101, false);
  expect(checker.verdict()).toEqual({
    loggedOut: 1,
    readsAfter: 1,
    acceptedAfter: 0,
    refusedLive: 0,
  });
});

test("one that was sent after it and accepted breaks the promise, whichever answer came first", () => {
  const checker = new RevocationChecker();
  checker.askedOut("late");
  checker.loggedOut("late", 100);
  checker.read("late", 100.5, true);
  checker.askedOut("early");
  checker.read("early", 100.5, true);
  checker.loggedOut("early", 100);
  expect(checker.verdict()).toMatchObject({ loggedOut: 2, acceptedAfter: 2, readsAfter: 2 });
});

test("a refusal of a session that nobody has logged out is found too", () => {
  const checker = new RevocationChecker();
  checker.read("a", 1, false);
  checker.askedOut("b");
  checker.read("b", 1, false);
  expect(checker.verdict()).toMatchObject({ refusedLive: 1, acceptedAfter: 0 });
});
