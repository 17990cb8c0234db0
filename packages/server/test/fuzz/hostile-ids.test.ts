import { createClient } from "@redis/client";
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { afterAll, expect, test } from "vitest";
import { writeCursor } from "../../src/admin/cursor.ts";
import { claimsOf } from "../start-auth.ts";
import type { SignedInPerson } from "../valid-calls.ts";
import type { WalkedProcedure } from "../walk-router.ts";
import { inputSchema } from "./hostile-json.ts";
import { faultsOf, itemsOf } from "./judge-answer.ts";
import { startFuzzWorld } from "./start-fuzz-world.ts";
import type { Statement } from "./start-fuzz-world.ts";

const world = await startFuzzWorld();
afterAll(() => world[Symbol.asyncDispose]());

/** What every hostile id carries, to be found where it must not be. */
const mark = "zq9";
const uuid = "00000000-0000-4000-8000-000000000000";

const hostileIds = [
  ...["", " ", "*", "?", "[a-z]", "{a}", "^", "\\"].map((pattern) => `${mark}${pattern}`),
  `${mark}:${uuid}`,
  `auth_user:${mark}`,
  `${mark}\r\nFLUSHALL\r\n`,
  `${mark}\n`,
  `${mark}\0`,
  `${uuid}\0${mark}`,
  `${uuid} ${mark}`,
  `${mark}\ud800`,
  `${mark}'; drop table portcullis.user; --`,
  `../${mark}`,
  `${mark}${"0".repeat(33)}`,
  `${mark}${uuid.slice(3)}`,
  `${uuid.slice(0, -3)}${mark}`,
  mark.repeat(3_500),
];

/** The fields of an input that become a key or the place in a list. */
function idFields({ inputs }: WalkedProcedure): {
  readonly ids: string[];
  readonly cursors: string[];
} {
  const properties = Object.entries(inputSchema(inputs)?.properties ?? {});
  const isId = (schema: z.core.JSONSchema.BaseSchema): boolean =>
    schema.type === "string" &&
    schema.maxLength === 36 &&
    schema.pattern?.includes("{12}") === true;
  const names = (isWanted: (name: string, schema: z.core.JSONSchema.BaseSchema) => boolean) =>
    properties
      .filter(([name, schema]) => isWanted(name, schema as z.core.JSONSchema.BaseSchema))
      .map(([name]) => name);
  return {
    ids: names((_, schema) => isId(schema)),
    cursors: names((name) => name === "cursor"),
  };
}

const cursorsOf = (id: string): readonly string[] => [
  writeCursor({ createdAtMicros: 1, id }),
  writeCursor({ id }),
];

/** Calls of a procedure with a hostile id in each place for one. */
function hostileInputs(procedure: WalkedProcedure, good: unknown): unknown[] {
  const { ids, cursors } = idFields(procedure);
  return hostileIds.flatMap((id) => [
    ...ids.map((field) => ({ ...(good as object), [field]: id })),
    ...cursors.flatMap((field) =>
      cursorsOf(id).map((cursor) => ({ ...(good as object), [field]: cursor })),
    ),
  ]);
}

const withIds = world.procedures.filter((procedure) => {
  const { ids, cursors } = idFields(procedure);
  return ids.length + cursors.length > 0;
});

/** What a server was told of rows while some work went on. */
interface Traffic {
  readonly redis: readonly string[];
  readonly statements: readonly Statement[];
}

/** Listens to Redis and Postgres. What they were sent of the caller's own rows is left out. */
async function trafficOf(caller: SignedInPerson, work: () => Promise<void>): Promise<Traffic> {
  const monitor = createClient({ url: world.redisUrl });
  const client = createClient({ url: world.redisUrl });
  await using stack = new AsyncDisposableStack();
  for (const one of [monitor, client]) {
    await one.connect();
    stack.defer(() => one.destroy());
  }
  const end = randomUUID();
  const heard: string[] = [];
  const ended = Promise.withResolvers<void>();
  await monitor.monitor((line) => {
    heard.push(line);
    if (line.includes(end)) ended.resolve();
  });
  const statements = await world.statementsOf(work);
  // Redis tells of commands in their order, so this is the last of them.
  await client.echo(end);
  await ended.promise;

  const { sid } = claimsOf(caller.tokens.accessToken);
  const isOwn = (text: string): boolean => text.includes(sid) || text.includes(caller.id);
  return {
    redis: heard.filter((line) => /auth_(?:user|session)/.test(line) && !isOwn(line)),
    statements: statements.filter(
      ({ sql, parameters }) =>
        /"portcullis"\."(?:user|session|audit_event)"/.test(sql) &&
        !isOwn(JSON.stringify(parameters)),
    ),
  };
}

async function adminWithWarmCache(): Promise<SignedInPerson> {
  const caller = await world.caller("admin");
  if (caller === undefined) throw new TypeError("An admin is somebody");
  expect((await world.node.me(caller.tokens.accessToken)).status).toBe(200);
  return caller;
}

test("V1.3.9 CA-01 there are procedures that take ids", () => {
  expect(withIds.length).toBeGreaterThan(5);
});

test.each(withIds)(
  "V1.3.9 CA-01 of a hostile id in $path neither Redis nor Postgres hears",
  async (procedure) => {
    const good = await world.validInput(procedure.path, "admin");
    const caller = await adminWithWarmCache();
    const { redis, statements } = await trafficOf(caller, async () => {
      for (const input of hostileInputs(procedure, good)) {
        const answer = await world.send({ procedure, caller, text: JSON.stringify(input) });
        expect([input, faultsOf(answer)]).toEqual([input, []]);
        const [item] = itemsOf(answer);
        expect([input, item?.kind === "error" && item.error.data.reason]).toEqual([
          input,
          "input_invalid",
        ]);
      }
    });
    expect({ redis, statements }).toEqual({ redis: [], statements: [] });
    expect([...world.sqlTexts].filter((text) => text.includes(mark))).toEqual([]);
  },
);

test("V1.3.9 CA-01 of a good id both of them hear, so they were listened to", async () => {
  const procedure = withIds.find(({ path }) => path === "admin.users.logout");
  if (procedure === undefined) throw new TypeError("There is no such procedure");
  const caller = await adminWithWarmCache();
  const userId = randomUUID();
  const { redis, statements } = await trafficOf(caller, async () => {
    await world.send({ procedure, caller, text: JSON.stringify({ userId }) });
  });
  expect(redis.some((line) => line.includes(userId))).toBe(true);
  expect(statements.some(({ parameters }) => parameters.includes(userId))).toBe(true);
});
