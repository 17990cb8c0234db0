import { expect, test } from "vitest";
import { resolveLimits } from "./limit-options.ts";

test("the defaults are as documented", () => {
  expect(resolveLimits().scale).toBe(1);
});

test.each([0, 1001, 1.5, Number.NaN])("a scale of %s is refused", (scale) => {
  expect(() => resolveLimits({ scale })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
