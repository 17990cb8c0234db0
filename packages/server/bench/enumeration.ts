// Can a stranger tell by the time of an answer who has an account? Run by hand on a quiet machine:
//
//   pnpm exec node --conditions=@portcullis/source packages/server/bench/enumeration.ts [rounds]
//
// Every call is made without a network, so the attacker is as near as can be. Of each kind of email
// there is one call a round, in random order. The exit code is 1 when some kind can be told from the
// first: by the Mann-Whitney test, p below 0.01, and medians that are 2 ms or more apart.
import { randomInt, randomUUID } from "node:crypto";
import { availableParallelism, cpus, loadavg } from "node:os";
import { startWorld, testPassword } from "../test/start-auth.ts";
import type { TestNode } from "../test/start-auth.ts";
import { insertPerson, insertSignedIn } from "../test/valid-calls.ts";
import { compareSamples, medianOf } from "./compare-samples.ts";

const rounds = Number(process.argv[2] ?? 400);
const warmUpRounds = 10;
const medianGapMaxMs = 2;
const pMin = 0.01;

/** Calls that should take the same time, by who they are about. */
interface Endpoint {
  readonly name: string;
  readonly calls: Readonly<Record<string, () => Promise<unknown>>>;
}

const newEmail = (): string => `${randomUUID()}@example.test`;

async function makeEndpoints(node: TestNode): Promise<Endpoint[]> {
  const known = await insertPerson(node);
  const banned = await insertPerson(node);
  const unverified = await insertPerson(node);
  const { tokens } = await insertSignedIn(node);
  await node.changeUser(banned.id, { banned_at: new Date(0) });
  await node.changeUser(unverified.id, { email_verified_at: null });
  const wrong = "a passphrase that is wrong";
  const secret = "A".repeat(43);
  const knownId = tokens.refreshToken.split(".")[0];
  const login = (email: string, password: string) => () =>
    node.mutate("auth.login", { email, password });
  return [
    {
      name: "login",
      calls: {
        unknown: () => login(newEmail(), wrong)(),
        "known, wrong password": login(known.email, wrong),
        "banned, right password": login(banned.email, testPassword),
        "unverified, right password": login(unverified.email, testPassword),
      },
    },
    {
      name: "register",
      calls: { new: () => node.register(newEmail()), used: () => node.register(known.email) },
    },
    {
      name: "forgotPassword",
      calls: {
        unknown: () => node.mutate("auth.forgotPassword", { email: newEmail() }),
        known: () => node.mutate("auth.forgotPassword", { email: known.email }),
      },
    },
    {
      name: "refresh",
      calls: {
        "unknown id": () => node.refresh(`${randomUUID()}.${secret}`),
        "known id, wrong secret": () => node.refresh(`${knownId}.${secret}`),
      },
    },
  ];
}

/** Times of each call in milliseconds, taken in turn, so that whatever else happens meets all alike. */
async function measure({ name, calls }: Endpoint): Promise<Map<string, number[]>> {
  const samples = new Map(Object.keys(calls).map((kind) => [kind, [] as number[]]));
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const [kind, call] of shuffled(Object.entries(calls))) {
      const startedAtMs = performance.now();
      await call();
      if (round >= 0) samples.get(kind)?.push(performance.now() - startedAtMs);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${name} ${round + 1} of ${rounds}   `);
  }
  return samples;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: randomInt(2 ** 32) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

await using world = await startWorld({ auth: { accounts: { requireVerifiedEmail: true } } });
const [node] = world.nodes;
console.log(
  `${availableParallelism()} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(2)}, ` +
    `Node ${process.version}, ${rounds} samples of each kind\n`,
);
console.log("| call | about | median, ms | further than the first, ms | p |");
console.log("| --- | --- | --- | --- | --- |");
for (const endpoint of await makeEndpoints(node)) {
  const [[firstKind, first] = ["", []], ...others] = await measure(endpoint);
  console.log(`| ${endpoint.name} | ${firstKind} | ${medianOf(first).toFixed(2)} | | |`);
  for (const [kind, times] of others) {
    const { gap, p } = compareSamples(first, times);
    const cells = [endpoint.name, kind, medianOf(times).toFixed(2), gap.toFixed(2), p.toFixed(3)];
    const isTold = p < pMin && Math.abs(gap) >= medianGapMaxMs;
    if (isTold) process.exitCode = 1;
    console.log(`| ${cells.join(" | ")} |${isTold ? " can be told" : ""}`);
  }
}
