import { z } from "zod";
import { errorTable } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/index.ts";

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** `ErrorShape` of the contract and nothing else. */
const errorSchema = z.strictObject({
  code: z.int(),
  message: z.string(),
  data: z.strictObject({
    code: z.string(),
    httpStatus: z.int().min(400).max(499),
    path: z.string().optional(),
    reason: z.enum(Object.keys(errorTable) as [ErrorCode]),
    requestId: z.uuid(),
    issues: z
      .array(z.strictObject({ path: z.string().max(200), message: z.string().max(200) }))
      .max(10)
      .optional(),
    retryAfterSeconds: z.int().min(1).optional(),
    maxAgeSeconds: z.int().optional(),
    passwordFault: z.string().optional(),
    permission: z.string().optional(),
  }),
});

type WireError = z.output<typeof errorSchema>;

/** One call's part of an answer: of a batch there are several. */
type Item =
  | { readonly kind: "result"; readonly data: unknown }
  | { readonly kind: "error"; readonly error: WireError }
  | { readonly kind: "malformed"; readonly why: string };

/** Words of a stack, of SQL, of a driver and of a parser: none of them is for clients. */
const insideWords =
  /\bat \S+ \(|node_modules|\.[jt]s:\d|\bselect\b|insert into|delete from|relation "|violates|syntax error|input syntax|byte sequence|kysely|ECONN|Redis|WRONGTYPE|stack|in JSON|Unexpected (?:token|end)/i;

/**
 * What is wrong with an answer, whatever was asked of servers that are well: it has to be a result,
 * or a refusal in the one shape of errors, with a known reason, a status below 500 and no word of
 * what is inside.
 */
export function faultsOf(answer: WireAnswer): string[] {
  return itemsOf(answer).flatMap((item) => {
    switch (item.kind) {
      case "result":
        return answer.status < 300 ? [] : [`a result with status ${answer.status}`];
      case "error":
        return errorFaults(item.error, answer);
      case "malformed":
        return [`${answer.status} ${item.why}: ${answer.text.slice(0, 300)}`];
    }
  });
}

function errorFaults({ message, data }: WireError, { status, text }: WireAnswer): string[] {
  const faults: string[] = [];
  // 207: the calls of the batch came to different ends.
  if (status !== 207 && status !== data.httpStatus) faults.push(`${status} for ${data.httpStatus}`);
  // A refused request has several statuses, and an application's own words.
  const { message: known } = errorTable[data.reason];
  if (data.reason !== "request_refused" && message !== known) faults.push(`said ${message}`);
  const words = insideWords.exec(JSON.stringify({ message, issues: data.issues }));
  if (words !== null) faults.push(`said ${words[0]} in ${text}`);
  return faults;
}

/** The results and errors of an answer. */
export function itemsOf({ text }: Pick<WireAnswer, "text">): Item[] {
  const body = readJson(text);
  return Array.isArray(body) ? body.map(readItem) : [readItem(body)];
}

function readItem(item: unknown): Item {
  const { result, error } = (item ?? {}) as { result?: { data?: unknown }; error?: unknown };
  if (result !== undefined && error === undefined) return { kind: "result", data: result.data };
  const parsed = errorSchema.safeParse(error);
  if (!parsed.success) return { kind: "malformed", why: z.prettifyError(parsed.error) };
  return { kind: "error", error: parsed.data };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
