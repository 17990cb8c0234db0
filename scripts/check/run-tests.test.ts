import { expect, test } from "vitest";

import { judgeTests } from "./run-tests.ts";

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

test("passed tests count one by one", () => {
  expect(judgeTests(true, report)).toMatchObject({ passed: 3, failed: 0 });
});

test("failed tests count one by one", () => {
  expect(judgeTests(false, { ...report, numFailedTests: 2 })).toMatchObject({
    passed: 3,
    failed: 2,
  });
});

test("a run that fails outside of its tests is a failure", () => {
  expect(judgeTests(false, report)).toMatchObject({ passed: 3, failed: 1 });
});

test("a run without a test is a failure", () => {
  expect(judgeTests(true, { ...report, numPassedTests: 0, numPendingTests: 4 })).toMatchObject({
    passed: 0,
    failed: 1,
  });
});

test("a run without a report is a failure", () => {
  expect(judgeTests(true, undefined)).toMatchObject({ passed: 0, failed: 1 });
});
