import { readFile } from "node:fs/promises";
import type { ErrorCode, ErrorData, InputIssue } from "@portcullis/server";
import { TRPCClientError } from "@trpc/client";
import { describe, expect, expectTypeOf, it } from "vitest";
import { isPortcullisError } from "./errors.ts";

function read(path: string): Promise<string> {
  return readFile(new URL(`../../../${path}`, import.meta.url), "utf8");
}

describe("reasons", () => {
  it("are the same in the types, in the page and in the list of codes", async () => {
    expectTypeOf<ErrorData["reason"]>().toEqualTypeOf<ErrorCode>();
    const codes = await read("packages/server/src/error-codes.ts");
    const page = await read("docs/errors.md");
    const listed = [...codes.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code]) => code);
    const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(listed.length).toBeGreaterThan(15);
    expect(new Set(documented)).toEqual(new Set(listed));
    expect(documented).toHaveLength(listed.length);
  });

  it("bring the facts that the page tells of", async () => {
    const contract = await read("packages/server/src/contract.ts");
    const facts = /interface ErrorFactsByReason \{([^]*?)\n\}/.exec(contract)?.[1] ?? "";
    const typed = [...facts.matchAll(/readonly (\w+): \{[^]*?readonly (\w+)\??:/g)].map(
      ([, reason, fact]) => `\`${reason}\` adds \`${fact}\``,
    );
    expect(typed).toHaveLength(5);
    const page = (await read("docs/errors.md")).replaceAll(/\s+/g, " ");
    for (const sentence of typed) expect(page).toContain(sentence);
  });
});

describe("isPortcullisError", () => {
  function refusal(data: unknown): unknown {
    return new TRPCClientError("Refused.", {
      result: { error: { code: -32_001, message: "Refused.", data } } as never,
    });
  }

  it("types what comes with a reason", () => {
    const error = refusal({ reason: "rate_limited", retryAfterSeconds: 7 });
    if (!isPortcullisError(error)) throw new Error("It is one.");
    const { data } = error;
    expect(data).toHaveProperty("retryAfterSeconds", 7);
    switch (data.reason) {
      case "rate_limited":
        expectTypeOf(data.retryAfterSeconds).toEqualTypeOf<number>();
        break;
      case "insufficient_user_authentication":
        expectTypeOf(data.maxAgeSeconds).toEqualTypeOf<number>();
        break;
      case "password_refused":
        expectTypeOf(data.passwordFault).toEqualTypeOf<"common" | "context" | "breached">();
        break;
      case "permission_denied":
        expectTypeOf(data.permission).toEqualTypeOf<string>();
        break;
      case "input_invalid":
        expectTypeOf(data.issues).toEqualTypeOf<readonly InputIssue[] | undefined>();
        break;
      default:
        expectTypeOf(data).not.toHaveProperty("retryAfterSeconds");
    }
  });

  it.each([
    new Error("no"),
    undefined,
    refusal(undefined),
    refusal({ code: "UNAUTHORIZED", httpStatus: 401 }),
    { data: { reason: "rate_limited" } },
  ])("is false for what no server of ours said: %o", (error) => {
    expect(isPortcullisError(error)).toBe(false);
  });
});
