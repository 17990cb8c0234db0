import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const login = (email: string, password: string): Promise<Answer> =>
  node.mutate("auth.login", { email, password });
/** A password of so many code points that the policy has nothing against. */
const longPassword = (length: number): string =>
  "correct horse battery staple ".repeat(1 + length / 29).slice(0, length);

test.each([
  ["V6.2.4 a common password", "Password password!", "common"],
  ["V6.1.2 the host of the issuer", "auth.test 1234567", "context"],
  ["V6.2.11 their own email", "Curious.Badger.77", "context"],
  ["V6.2.11 their own name", "Ada Ada Lovelace", "context"],
])("%s is refused to somebody who signs up", async (_, password, passwordFault) => {
  const email = "curious.badger@example.test";
  const answer = await node.mutate("auth.register", { email, password, name: "Ada Lovelace" });
  expect(answer.status).toBe(400);
  expect(answer.error?.data).toMatchObject({ reason: "password_refused", passwordFault });
  expect(answer.text).not.toContain(password);
});

test("V11.2.2 PS-2 a hash that cost less is made anew at the login of its user, and only then", async () => {
  await using dearer = await startWorld({ auth: { passwords: { memoryKib: 24_576 } } });
  const [other] = dearer.nodes;
  const email = "old-cost@example.test";
  const { user } = await other.signUp(email);
  const readHash = async (): Promise<string> => {
    const query = other.database.selectFrom("portcullis.user").select("password_hash");
    const row = await query.where("id", "=", user.id).executeTakeFirstOrThrow();
    return row.password_hash;
  };
  const oldHash = await hash(testPassword);
  await other.changeUser(user.id, { password_hash: oldHash });

  const wrong = await other.mutate("auth.login", { email, password: `${testPassword}!` });
  expect(reasonOf(wrong)).toBe("invalid_credentials");
  expect(await readHash()).toBe(oldHash);

  await other.login(email);
  const newHash = await readHash();
  expect(newHash).toMatch(/^\$argon2id\$v=19\$m=24576,t=2,p=1\$/);
  await other.login(email);
  expect(await readHash()).toBe(newHash);
});

test("V6.2.10 a password does not expire: ten years later it is as good", async () => {
  await node.signUp("ten-years@example.test");
  const tenYearsMs = 3653 * 86_400_000;
  world.clock.nowMs += tenYearsMs;
  try {
    expect((await login("ten-years@example.test", testPassword)).status).toBe(200);
  } finally {
    world.clock.nowMs -= tenYearsMs;
  }
});

test.each([64, 256])(
  "V6.2.9 a password of %i characters works, to the last one",
  async (length) => {
    const email = `length-${length}@example.test`;
    const password = longPassword(length);
    expect((await node.register(email, password)).status).toBe(200);
    expect(reasonOf(await login(email, password.slice(0, -1)))).toBe("invalid_credentials");
    expect((await login(email, password)).status).toBe(200);
  },
);

test.each([257, 1025, 1_000_000])(
  "API-09 a new password of %i characters is refused as input",
  async (length) => {
    const answer = await node.register("too-long@example.test", longPassword(length));
    expect(answer.status).toBe(400);
    expect(reasonOf(answer)).toBe("input_invalid");
  },
);

test.each([1025, 1_000_000])(
  "API-09 a login with %i characters is refused as input, the most that may be is compared",
  async (length) => {
    const answer = await login("too-long@example.test", longPassword(length));
    expect(reasonOf(answer)).toBe("input_invalid");
    const longest = await login("too-long@example.test", longPassword(1024));
    expect(reasonOf(longest)).toBe("invalid_credentials");
  },
);
