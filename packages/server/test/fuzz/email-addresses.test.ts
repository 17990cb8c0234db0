import fc from "fast-check";
import addressparser from "nodemailer/lib/addressparser";
import { afterAll, expect, test } from "vitest";
import { fuzzSettings, fuzzTimeoutMs } from "./fuzz-runs.ts";
import { faultsOf } from "./judge-answer.ts";
import { startFuzzWorld } from "./start-fuzz-world.ts";

const world = await startFuzzWorld();
afterAll(() => world[Symbol.asyncDispose]());

/** What the grammar of RFC 5322 and 5321 is made of, and what looks like it. */
const atoms = [
  ..."a Ada 0 - _ +tag ' ! # % & * / = ? ^ ` { | } ~ . .. \" \\ (comment) () < > , ; : é".split(
    " ",
  ),
  ...'"a b"|"\\""| |\t|\r\n |\r\n|\0|\u007F|\u212A|\u0130|\uFF20'.split("|"),
  "x".repeat(64),
];
const labels = [
  ..."example test com a xn--p1ai xn-- -a a- 1 127 [127.0.0.1] [IPv6:::1] bücher EXAMPLE (x)".split(
    " ",
  ),
  "",
  " ",
  "x".repeat(63),
  "x".repeat(64),
];
const addresses = fc
  .tuple(
    fc.array(fc.constantFrom(...atoms), { maxLength: 4 }),
    fc.array(fc.constantFrom(...labels), { maxLength: 5 }),
    fc.nat({ max: 9 }),
  )
  .map(([local, domain, at]) => `${local.join("")}${at === 0 ? "" : "@"}${domain.join(".")}`);
const emails = fc.oneof(
  fc.emailAddress(),
  addresses,
  fc.emailAddress().map((one) => ` ${one}`),
);

/** Whether the mailer sends to this address as it is, and RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4, let it. */
function isOneAddress(email: string): boolean {
  const [parsed, ...others] = addressparser(email);
  return (
    parsed?.address === email &&
    parsed.name === "" &&
    others.length === 0 &&
    email.length <= 254 &&
    /^[\x21-\x7e]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/i.test(email)
  );
}

const procedure = world.procedures.find(({ path }) => path === "forgotPassword");

test(
  "EM-01 EM-02 an address that is taken is one address to the mailer, and anything else is refused",
  async () => {
    if (procedure === undefined) throw new TypeError("There is no forgotPassword");
    const { numRuns = 1, ...settings } = fuzzSettings(false);
    await fc.assert(
      fc.asyncProperty(emails, async (email) => {
        const answer = await world.send({ procedure, text: JSON.stringify({ email }) });
        expect(faultsOf(answer)).toEqual([]);
        const isTaken = answer.status === 200;
        expect(isTaken || answer.status === 400).toBe(true);
        expect(isTaken && !isOneAddress(email)).toBe(false);
      }),
      { ...settings, numRuns: 10 * numRuns },
    );
    expect(await world.damage()).toEqual([]);
  },
  fuzzTimeoutMs,
);
