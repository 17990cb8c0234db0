import { isPortcullisError, type PortcullisClient } from "@portcullis/client";
import { startTestAuth, type TestAuth, type TestUser } from "@portcullis/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestRouter, type TestRouter } from "../test/router.ts";
import { stepUpOf, type StepUp } from "./step-up.ts";

let testAuth: TestAuth;
let ada: TestUser;
let client: PortcullisClient<TestRouter>;
let stepUp: StepUp;

async function start(options: Parameters<typeof startTestAuth>[0] = {}): Promise<void> {
  testAuth = await startTestAuth(options);
  const app = testAuth.serve(createTestRouter(testAuth.auth));
  ada = await testAuth.createUser();
  client = (await app.clientAs(ada)) as PortcullisClient<TestRouter>;
  stepUp = stepUpOf(client);
  testAuth.clock.advance({ minutes: 6 });
}

beforeEach(() => start());
afterEach(() => testAuth.dispose());

const refused = "insufficient_user_authentication";

function changeEmail(): Promise<unknown> {
  return client.api.auth.account.changeEmail.mutate({ email: "new@example.test" });
}

/** What a call comes to: `accepted`, or why it was refused. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    return isPortcullisError(error) ? error.data.reason : String(error);
  }
}

/** Resolves when the dialog is there. */
function asked(): Promise<void> {
  return vi.waitFor(() => expect(stepUp.getSnapshot()).toBeDefined(), { timeout: 10_000 });
}

it("is one for each client", () => {
  expect(stepUpOf(client)).toBe(stepUp);
  expect(stepUpOf({ ...client })).not.toBe(stepUp);
});

it("gives what the call gives, and what it throws", async () => {
  expect(await stepUp.run(async () => 7)).toBe(7);
  await expect(stepUp.run(() => Promise.reject(new RangeError("No")))).rejects.toThrow("No");
  expect(stepUp.getSnapshot()).toBeUndefined();
});

it("makes a refused call once more after the password, and tells each step", async () => {
  const shown: unknown[] = [];
  stepUp.subscribe(() => shown.push(stepUp.getSnapshot()));
  const call = vi.fn<() => Promise<unknown>>(changeEmail);
  const running = stepUp.run(call);
  await asked();
  await stepUp.confirm("a wrong password");
  await stepUp.confirm(ada.password);
  expect(await running).toEqual({ accepted: true });
  expect(call).toHaveBeenCalledTimes(2);
  const idle = { isConfirming: false, error: undefined, retryAfterSeconds: undefined };
  const wrong = { ...idle, error: expect.objectContaining({ message: expect.any(String) }) };
  expect(shown).toEqual([
    idle,
    { ...idle, isConfirming: true },
    wrong,
    { ...idle, isConfirming: true },
    undefined,
  ]);
});

it("refuses a call that is refused again", async () => {
  const running = stepUp.run(async () => {
    await changeEmail().finally(() => testAuth.clock.advance({ minutes: 6 }));
    return changeEmail();
  });
  await asked();
  await stepUp.confirm(ada.password);
  expect(await outcomeOf(running)).toBe(refused);
  expect(stepUp.getSnapshot()).toBeUndefined();
});

it("asks no second time when the password was entered while the call was under way", async () => {
  const late = Promise.withResolvers<void>();
  // The first try of `slow` is refused for the time before the confirmation.
  const slow = stepUp.run(async () => {
    const refusal = changeEmail();
    await Promise.allSettled([refusal, late.promise]);
    return refusal;
  });
  const quick = stepUp.run(changeEmail);
  await asked();
  await stepUp.confirm(ada.password);
  await quick;
  late.resolve();
  expect(await slow).toEqual({ accepted: true });
  expect(stepUp.getSnapshot()).toBeUndefined();
});

it("says when the server takes another password", async () => {
  await testAuth.dispose();
  await start({ limits: { scale: 1 } });
  const running = stepUp.run(changeEmail);
  await asked();
  for (let tries = 0; tries < 30; tries += 1) {
    if (stepUp.getSnapshot()?.retryAfterSeconds === undefined) {
      await stepUp.confirm("a wrong password");
    }
  }
  const seconds = stepUp.getSnapshot()?.retryAfterSeconds ?? 0;
  expect(seconds).toBeGreaterThan(0);
  testAuth.clock.advance({ seconds });
  await stepUp.confirm(ada.password);
  expect(await outcomeOf(running)).toBe("accepted");
});

it("cancels while the password is checked, and makes no call after it", async () => {
  const call = vi.fn<() => Promise<unknown>>(changeEmail);
  const running = stepUp.run(call);
  await asked();
  const confirming = stepUp.confirm(ada.password);
  stepUp.cancel();
  expect(await outcomeOf(running)).toBe(refused);
  await confirming;
  expect(call).toHaveBeenCalledTimes(1);
  expect(stepUp.getSnapshot()).toBeUndefined();
});

it("asks again for a call that comes after a cancelled password", async () => {
  const first = stepUp.run(changeEmail).catch((error: unknown) => error);
  await asked();
  const confirming = stepUp.confirm(ada.password);
  stepUp.cancel();
  const refusal = (await first) as Error;
  const call = vi.fn<() => Promise<string>>(() => Promise.resolve("made again"));
  const second = stepUp.run(call.mockRejectedValueOnce(refusal));
  await confirming;
  expect(stepUp.getSnapshot()).toBeDefined();
  expect(call).toHaveBeenCalledTimes(1);
  await stepUp.confirm(ada.password);
  expect(await second).toBe("made again");
});

it("makes no call again as another user", async () => {
  const bob = await testAuth.createUser();
  const call = vi.fn<() => Promise<unknown>>(changeEmail);
  const waiting = stepUp.run(call);
  await asked();
  const late = Promise.withResolvers<void>();
  const slow = stepUp.run(async () => {
    const refusal = changeEmail();
    await Promise.allSettled([refusal, late.promise]);
    return refusal;
  });
  const { email, password } = bob;
  await client.api.auth.login.mutate({ email, password });
  expect(await outcomeOf(waiting)).toBe(refused);
  late.resolve();
  expect(await outcomeOf(slow)).not.toBe("accepted");
  expect(call).toHaveBeenCalledTimes(1);
  expect(stepUp.getSnapshot()).toBeUndefined();
});

it("ends with the session, whoever ended it", async () => {
  const running = stepUp.run(changeEmail);
  await asked();
  await testAuth.auth.console.logOutUser(ada.email);
  await stepUp.confirm(ada.password);
  expect(await outcomeOf(running)).toBe(refused);
  expect(client.session.getSnapshot().status).toBe("expired");
});

it("does nothing without a call that waits", async () => {
  stepUp.cancel();
  await stepUp.confirm(ada.password);
  expect(stepUp.getSnapshot()).toBeUndefined();
});
