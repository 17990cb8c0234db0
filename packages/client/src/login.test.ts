import { expect, it, vi } from "vitest";
import { now } from "./clock.ts";
import { createLogin, type Change, type Login } from "./login.ts";
import type { AccessToken, IssuedTokens } from "./token-set.ts";

const user = { id: "1", email: "", name: "", role: "", emailVerified: true };

function access(text: string): AccessToken {
  return { text, lifeMs: 600_000, since: now() };
}

function createTestLogin() {
  const answer = Promise.withResolvers<IssuedTokens>();
  const issued: Change[] = [];
  const old = access("old");
  const login: Login = createLogin({
    tokens: { access: old, refreshToken: null, user },
    exclusive: (work) => work(),
    refresh: () => answer.promise,
    onIssued: async (_, change) => void issued.push(change),
    onFailed: vi.fn<() => void>(),
    onEnded: async () => {
      throw new Error("It is not over.");
    },
  });
  return { login, old, answer, issued };
}

it("keeps the token that another tab has told of while its own refresh was under way", async () => {
  const { login, old, answer, issued } = createTestLogin();
  const renewing = login.renew(old);
  const told = access("told");
  login.adopt({ access: told, user });
  answer.resolve({ access: access("late"), refreshToken: null, user });
  expect(await renewing).toEqual({ kind: "renewed", access: told });
  expect(login.access()).toBe(told);
  expect(issued).toEqual([]);
});

it("is not over by a refused refresh when another tab has told of a newer token", async () => {
  const { login, old, answer } = createTestLogin();
  const renewing = login.renew(old);
  const told = access("told");
  login.adopt({ access: told, user });
  answer.reject(new Error("refused"));
  expect(await renewing).toEqual({ kind: "renewed", access: told });
});

it("asks once for all that have the same token, and again for one that is newer", async () => {
  const { login, old, answer, issued } = createTestLogin();
  const renewals = [login.renew(old), login.renew(old), login.renew(old)];
  const next = access("next");
  answer.resolve({ access: next, refreshToken: null, user });
  for (const renewal of await Promise.all(renewals)) {
    expect(renewal).toEqual({ kind: "renewed", access: next });
  }
  expect(issued).toEqual(["renewed"]);
});
