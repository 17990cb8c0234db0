import { afterAll, beforeAll, expect, test } from "vitest";
import { createOauthService } from "../oauth-service.ts";
import type { OauthService } from "../oauth-service.ts";
import { mailedToken, reasonOf, signUpVerified, startWorld, testPassword } from "../start-auth.ts";
import type { TestNode, TestWorld } from "../start-auth.ts";

/** Every secret that we give out, at every place that takes one: it opens its own and no other. */
const page = "https://app.test";
const email = "kinds@example.test";

let world: TestWorld;
let node: TestNode;
let oauth: OauthService;
/** By the place where it is to be used. */
let tokens: Readonly<Record<Place, string>>;

/** The access token of the user who moves to another address, which makes their other mails void. */
let movers: string;

type Place = keyof typeof places;

/** Whether a place takes a secret. */
const places = {
  "as access token": async (secret: string) => (await node.me(secret)).status === 200,
  "as refresh token": async (secret: string) => (await node.refresh(secret)).status === 200,
  "as refresh cookie": async (secret: string) => {
    const headers = { origin: page, cookie: `__Host-portcullis_refresh=${secret}` };
    return (await node.mutate("auth.refresh", {}, { headers })).status === 200;
  },
  "to verify an email": async (token: string) =>
    (await node.mutate("auth.verifyEmail", { token, password: testPassword })).status === 200,
  "to reset a password": async (token: string) => {
    const input = { token, newPassword: "an entirely new password" };
    return (await node.mutate("auth.resetPassword", input)).status === 200;
  },
  "to change an email": async (mailed: string) => {
    const call = { token: movers };
    return (await node.mutate("auth.account.confirmEmail", { token: mailed }, call)).status === 200;
  },
  "as a client's secret": async (secret: string) => {
    const request = new Request("https://api.test/oauth/introspect", {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${oauth.clientId}:${secret}`)}` },
      body: new URLSearchParams({ token: "x" }),
    });
    return (await node.auth.introspect(request, "192.0.2.1")).status === 200;
  },
} as const;

beforeAll(async () => {
  world = await startWorld({
    auth: { accounts: { requireVerifiedEmail: true }, allowedOrigins: [page] },
  });
  [node] = world.nodes;
  oauth = await createOauthService(node);
  const { accessToken, refreshToken } = await signUpVerified(node, email);
  ({ accessToken: movers } = await signUpVerified(node, "mover@example.test"));
  const inBrowser = await node.mutate(
    "auth.login",
    { email, password: testPassword, refreshTokenIn: "cookie" },
    { headers: { origin: page } },
  );
  const cookie = inBrowser.headers.getSetCookie()[0] ?? "";
  await node.register("other-kinds@example.test");
  await node.mutate("auth.forgotPassword", { email });
  await node.mutate(
    "auth.account.changeEmail",
    { email: "next-kinds@example.test" },
    { token: movers },
  );
  tokens = {
    "as access token": accessToken,
    "as refresh token": refreshToken,
    "as refresh cookie": /^[^=]+=([^;]+)/.exec(cookie)?.[1] ?? "",
    "to verify an email": await mailedToken(node, "other-kinds@example.test", "verify-email"),
    "to reset a password": await mailedToken(node, email, "reset-password"),
    "to change an email": await mailedToken(node, "next-kinds@example.test", "confirm-email"),
    "as a client's secret": oauth.clientSecret,
  };
});
afterAll(() => world[Symbol.asyncDispose]());

test("V9.2.2 8725-3.12 JWT-19 V2.3.1 each secret opens its own place, and no other", async () => {
  const taken: string[] = [];
  for (const [made, secret] of Object.entries(tokens)) {
    for (const [place, takes] of Object.entries(places)) {
      // A cookie is a refresh token that is kept elsewhere.
      const isSameKind = made.startsWith("as refresh") && place.startsWith("as refresh");
      if (made !== place && !isSameKind && (await takes(secret))) taken.push(`${made}: ${place}`);
    }
  }
  expect(taken).toEqual([]);
  // None was used up by it, so each was good all along; the reset comes last, for it ends the others.
  const lastOf = (place: string): boolean => place === "to reset a password";
  const order = Object.entries(places).toSorted(
    ([a], [b]) => Number(lastOf(a)) - Number(lastOf(b)),
  );
  for (const [place, takes] of order) {
    expect([place, await takes(tokens[place as Place])]).toEqual([place, true]);
  }
});

test("V6.6.2 nor does one for another purpose of the same user", async () => {
  const own = "purposes@example.test";
  const { accessToken } = await signUpVerified(node, own);
  await node.mutate("auth.forgotPassword", { email: own });
  const token = await mailedToken(node, own, "reset-password");
  const confirmed = await node.mutate(
    "auth.account.confirmEmail",
    { token },
    { token: accessToken },
  );
  expect(reasonOf(confirmed)).toBe("email_token_invalid");

  // It was good all along.
  expect(await places["to reset a password"](token)).toBe(true);
});

test("V7.2.3 V11.5.1 V6.5.3 V6.5.4 V6.4.1 every opaque secret has 256 random bits", () => {
  const opaque = Object.entries(tokens).filter(([place]) => place !== "as access token");
  const secrets = opaque.map(([, token]) => token.split(".").at(-1) ?? "");
  for (const secret of secrets) {
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  }
  expect(new Set(secrets).size).toBe(secrets.length);
});
