import { expect, test } from "vitest";
import { seal, unseal, unsealWithAny } from "./seal.ts";

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const sealed = seal(key, "kid", Buffer.from("a private key"));

test("V11.3.2 what was sealed opens, and shows nothing of what it is", () => {
  expect(unseal(key, "kid", sealed)?.toString()).toBe("a private key");
  expect(Buffer.from(sealed).toString("latin1")).not.toContain("private");
});

test("V11.3.3 another key, another context and any changed byte are refused", () => {
  expect(unseal(other, "kid", sealed)).toBeUndefined();
  expect(unseal(key, "other", sealed)).toBeUndefined();
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(unseal(key, "kid", changed)).toBeUndefined();
  }
  for (const length of [0, 11, 27]) {
    expect(unseal(key, "kid", sealed.subarray(0, length))).toBeUndefined();
  }
});

test("V11.3.4 no two seals share a nonce", () => {
  const nonces = Array.from({ length: 10_000 }, () =>
    Buffer.from(seal(key, "kid", Buffer.from("x")).subarray(0, 12)).toString("hex"),
  );
  expect(new Set(nonces).size).toBe(nonces.length);
});

test("V13.3.4 any key of a list opens, and it is told whether the first one did", () => {
  const byFirst = unsealWithAny([key, other], "kid", sealed);
  expect(byFirst).toMatchObject({ isCurrent: true });
  expect(unsealWithAny([other, key], "kid", sealed)).toMatchObject({ isCurrent: false });
  expect(unsealWithAny([other], "kid", sealed)).toBeUndefined();
});
