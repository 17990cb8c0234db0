import { expect, test } from "vitest";
import { deriveKeys } from "../derived-keys.ts";
import { hashOf, makeOpaqueToken } from "../tokens/opaque-token.ts";
import { findSuccessor, successorOf } from "./refresh-token.ts";

const keysOf = (secrets: readonly [string, ...string[]]) =>
  deriveKeys(secrets, "refresh-token-succession");

test("V13.3.4 a successor is found with whichever secret of the list it was derived with", () => {
  const parent = makeOpaqueToken();
  const id = "00000000-0000-4000-8000-000000000001";
  const successor = successorOf(parent, id, keysOf(["old"])[0]);
  const stored = { id, secretHash: hashOf(successor) };
  expect(findSuccessor(parent, stored, keysOf(["new", "older", "old"]))).toEqual(successor);
  expect(findSuccessor(parent, stored, keysOf(["old", "new"]))).toEqual(successor);
  expect(() => findSuccessor(parent, stored, keysOf(["new"]))).toThrow(
    expect.objectContaining({ code: "secret_mismatch" }),
  );
  expect(() => findSuccessor(makeOpaqueToken(), stored, keysOf(["old"]))).toThrow(
    expect.objectContaining({ code: "secret_mismatch" }),
  );
});
