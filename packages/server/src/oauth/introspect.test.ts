import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, createOauthService } from "../../test/oauth-service.ts";
import type { OauthAnswer, OauthService } from "../../test/oauth-service.ts";
import { claimsOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;
let service: OauthService;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  service = await createOauthService(node);
});
afterAll(() => world[Symbol.asyncDispose]());

const bodyOf = ({ text }: OauthAnswer): unknown => JSON.parse(text);

async function isActive(token: string): Promise<boolean> {
  const answer = await service.introspect(token);
  if (answer.text === '{"active":false}') return false;
  expect(bodyOf(answer)).toMatchObject({ active: true });
  return true;
}

/** The token of a mail whose link leads to that page. */
async function mailedToken(to: string, page: string): Promise<string> {
  const link = new RegExp(`/${page}#token=([0-9a-f-]{36}\\.[A-Za-z0-9_-]{43})`);
  const mail = await node.outbox.waitFor((sent) => sent.to.address === to && link.test(sent.text));
  return link.exec(mail.text)?.[1] ?? "";
}

describe("what is told of an active token", () => {
  test("an access token: its public claims and nothing personal", async () => {
    const { accessToken, user } = await node.signUp("access@example.test");
    const { ver: _, epoch: __, ...claims } = claimsOf(accessToken);
    const answer = await service.introspect(accessToken);
    expect(answer.status).toBe(200);
    expect(bodyOf(answer)).toStrictEqual({ active: true, token_type: "Bearer", ...claims });
    expect(Object.keys(claims).toSorted()).toEqual([
      "aud",
      "exp",
      "iat",
      "iss",
      "jti",
      "sid",
      "sub",
    ]);
    expect(claims.sub).toBe(user.id);
  });

  test("a refresh token: that it is no access token, and whose it is", async () => {
    const { accessToken, refreshToken } = await node.signUp("refresh@example.test");
    const { sub, sid } = claimsOf(accessToken);
    const answer = await service.introspect(refreshToken);
    expect(bodyOf(answer)).toStrictEqual({ active: true, token_type: "N_A", sub, sid });
  });

  test("the hint changes nothing, right, wrong or unknown", async () => {
    const tokens = await node.signUp("hint@example.test");
    for (const token of [tokens.accessToken, tokens.refreshToken, "garbage"]) {
      const without = await service.introspect(token);
      for (const hint of ["access_token", "refresh_token", "id_token", ""]) {
        expect(await service.introspect(token, hint)).toEqual(without);
      }
    }
  });

  test("7662-4 no answer is kept by what is on its way", async () => {
    const { accessToken } = await node.signUp("headers@example.test");
    const { headers } = await service.introspect(accessToken);
    expect(headers).toEqual({ "cache-control": "no-store", "content-type": "application/json" });
  });
});

test("7662-2.2 of a token that does not hold nothing is told, not even why", async () => {
  const { accessToken, refreshToken } = await node.signUp("dead@example.test");
  const other = await node.signUp("other@example.test");
  const revoked = await node.login("dead@example.test");
  await node.mutate("auth.logout", undefined, { token: revoked.accessToken });
  await using staging = await startWorld({
    auth: { tokens: { issuer: "https://auth.test", audience: "https://staging.test" } },
  });
  const foreign = await staging.nodes[0].signUp("foreign@example.test");
  const [ownId] = refreshToken.split(".");
  const [, otherSecret] = other.refreshToken.split(".");
  const answers = [
    await service.introspect("garbage"),
    await service.introspect("a.b.c"),
    await service.introspect("\0\u{1f600} &=%"),
    await service.introspect("a".repeat(5000)),
    await service.introspect(`${accessToken}x`),
    await service.introspect(`Bearer ${accessToken}`),
    await service.introspect(revoked.accessToken),
    await service.introspect(revoked.refreshToken),
    await service.introspect(foreign.accessToken),
    await service.introspect(foreign.refreshToken),
    await service.introspect(`${ownId}.${otherSecret}`),
  ];
  expect(await isActive(accessToken)).toBe(true);
  world.clock.nowMs += 601_000;
  answers.push(await service.introspect(accessToken));
  expect(await isActive(refreshToken)).toBe(true);
  world.clock.nowMs += 31 * 86_400_000;
  answers.push(await service.introspect(refreshToken));
  for (const answer of answers) {
    expect(answer).toEqual({
      status: 200,
      headers: { "cache-control": "no-store", "content-type": "application/json" },
      text: '{"active":false}',
    });
  }
});

describe("7662-4 a token is active as long as auth.me takes it", () => {
  const endings: Record<string, (email: string, token: string) => Promise<unknown>> = {
    logout: (_, token) => node.mutate("auth.logout", undefined, { token }),
    "logout everywhere": (_, token) => node.mutate("auth.logoutEverywhere", undefined, { token }),
    "a change of the password": (_, token) =>
      node.mutate(
        "auth.account.changePassword",
        { currentPassword: testPassword, newPassword: `${testPassword}, and another` },
        { token },
      ),
    "the end of the account": (_, token) =>
      node.mutate("auth.account.remove", undefined, { token }),
    "the end of its life": async () => {
      world.clock.nowMs += 600_000;
    },
  };
  test.each(Object.keys(endings))("until %s", async (name) => {
    const email = `until-${Object.keys(endings).indexOf(name)}@example.test`;
    const { accessToken } = await node.signUp(email);
    expect((await node.me(accessToken)).status).toBe(200);
    expect(await isActive(accessToken)).toBe(true);
    await endings[name]?.(email, accessToken);
    expect((await node.me(accessToken)).status).toBe(401);
    expect(await isActive(accessToken)).toBe(false);
  });
});

describe("a refresh token is active as long as a refresh with it would succeed", () => {
  test("asking does not use it up", async () => {
    const { refreshToken } = await node.signUp("unused@example.test");
    for (let round = 0; round < 3; round += 1) expect(await isActive(refreshToken)).toBe(true);
    expect((await node.refresh(refreshToken)).status).toBe(200);
  });

  test("one that was used is, within its grace and while its successor is unused", async () => {
    const first = await node.signUp("grace@example.test");
    await node.refresh(first.refreshToken);
    world.clock.nowMs += 10_000;
    expect(await isActive(first.refreshToken)).toBe(true);
    expect((await node.refresh(first.refreshToken)).status).toBe(200);
    world.clock.nowMs += 1;
    expect(await isActive(first.refreshToken)).toBe(false);
  });

  test("asking about one that was used before does not end its session", async () => {
    const first = await node.signUp("asked@example.test");
    const second = (await node.refresh(first.refreshToken)).data as typeof first;
    const third = (await node.refresh(second.refreshToken)).data as typeof first;
    expect(await isActive(first.refreshToken)).toBe(false);
    expect(await isActive(third.refreshToken)).toBe(true);
    expect((await node.me(third.accessToken)).status).toBe(200);
  });

  test("not once its session is over", async () => {
    const { accessToken, refreshToken } = await node.signUp("over@example.test");
    await node.mutate("auth.logoutEverywhere", undefined, { token: accessToken });
    expect(await isActive(refreshToken)).toBe(false);
    expect((await node.refresh(refreshToken)).status).toBe(401);
  });
});

test("JWT-19 no other secret of ours is a token here, nor ends anything", async () => {
  const email = "kinds@example.test";
  const { accessToken } = await node.signUp(email);
  await node.mutate("auth.forgotPassword", { email });
  const verification = await mailedToken(email, "verify-email");
  const reset = await mailedToken(email, "reset-password");
  await node.mutate(
    "auth.account.changeEmail",
    { email: "new@example.test" },
    { token: accessToken },
  );
  const change = await mailedToken("new@example.test", "confirm-email");
  const { clientId, clientSecret } = service;
  const asToken = `${clientId.replace("client-", "")}.${clientSecret}`;
  const secrets = [verification, reset, change, clientId, clientSecret, asToken];
  for (const secret of secrets) {
    expect(await isActive(secret)).toBe(false);
    expect((await service.revoke(secret)).status).toBe(200);
  }
  expect((await node.me(accessToken)).status).toBe(200);
  expect(await isActive(accessToken)).toBe(true);
});

test("9700-4.15 a client's credentials are not taken where a user signs in", async () => {
  const { clientId, clientSecret } = service;
  const authorizations = [basic(clientId, clientSecret), `Bearer ${clientId}.${clientSecret}`];
  for (const authorization of authorizations) {
    expect((await node.query("auth.me", { headers: { authorization } })).status).toBe(401);
  }
  const asToken = `${clientId.replace("client-", "")}.${clientSecret}`;
  expect((await node.refresh(asToken)).status).toBe(401);
});
