import { PortcullisError } from "@portcullis/server";
import { ContentionError, DeadlineError, OutcomeUnknownError } from "@portcullis/write-through";
import { expect, it } from "vitest";
import { StartError } from "../start-error.ts";
import { describeFault } from "./describe-fault.ts";

it.each([
  [new OutcomeUnknownError("x"), "outcome_unknown", /may or may not have been made/],
  [new PortcullisError("outcome_unknown"), "outcome_unknown", /may or may not have been made/],
  [new DeadlineError("x"), "unavailable", /^Nothing was changed/],
  [new PortcullisError("unavailable"), "unavailable", /^Nothing was changed/],
  [new ContentionError("x"), "contention", /^Nothing was changed/],
  [new StartError("lease_differs", "Set LEASE_MS."), "lease_differs", /^Set LEASE_MS\.$/],
  [
    new Error("one", { cause: new Error("two") }),
    "unexpected",
    /^This was not foreseen: one: two\. LOG_LEVEL=debug/,
  ],
  [undefined, "unexpected", /no error \(undefined\)/],
])("says of %s what happened and what to do", (error, code, message) => {
  expect(describeFault(error)).toEqual({ code, message: expect.stringMatching(message) });
});

it("tells of what went wrong first, not of what came of it while closing", () => {
  const first = new StartError("not_migrated", "Run it.");
  const suppressed = new SuppressedError(new Error("late"), first);
  expect(describeFault(suppressed)).toEqual({ code: "not_migrated", message: "Run it." });
});
