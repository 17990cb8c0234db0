import { startTestAuth } from "@portcullis/testing";
import { expect, it } from "vitest";
import { createAppRouter } from "./app-router.ts";
import { readServicePermission } from "./health/service-procedures.ts";
import { migratePosts } from "./posts/migrate-posts.ts";
import { createPostRepository } from "./posts/post-repository.ts";
import type { PostTables } from "./posts/post-tables.ts";
import { outcomeOf } from "./test-service.ts";

const minutesOfConfirmation = 5;

/** The application, with a user who is signed in by a client. */
async function startSignedIn() {
  const testAuth = await startTestAuth<PostTables>({
    migrate: migratePosts,
    roles: { permissions: [readServicePermission] },
  });
  const { auth, database, cache } = testAuth;
  const posts = createPostRepository(database, cache, auth);
  const checkHealth = () => Promise.reject(new Error("Nobody asks for the health of a test"));
  const app = testAuth.serve(createAppRouter({ auth, posts, checkHealth, lab: undefined }));
  const { email, password } = await testAuth.createUser();
  const client = await app.clientAs({ email, password });
  return {
    ...client,
    testAuth,
    credentials: { email, password },
    [Symbol.asyncDispose]: testAuth.dispose,
  };
}

it("the client goes on in the session that entering or changing the password opens", async () => {
  await using signedIn = await startSignedIn();
  const { api, session, testAuth, credentials } = signedIn;
  const { accessToken } = await api.auth.login.mutate(credentials);
  testAuth.clock.advance({ minutes: minutesOfConfirmation, milliseconds: 1 });
  const email = "next@example.test";
  const change = () => api.auth.account.changeEmail.mutate({ email });
  expect(await outcomeOf(change())).toBe("insufficient_user_authentication");
  await api.auth.confirm.mutate({ password: credentials.password });
  await testAuth.expectRevoked(accessToken);
  expect(await outcomeOf(change())).toBe("accepted");
  const { token } = await testAuth.waitForMail("change_email", { to: email });
  expect((await api.auth.account.confirmEmail.mutate({ token })).email).toBe(email);

  await api.auth.account.changePassword.mutate({
    currentPassword: credentials.password,
    newPassword: "an entirely new password",
  });
  expect((await api.auth.me.query()).email).toBe(email);
  expect(session.getSnapshot()).toMatchObject({ status: "signedIn" });
});

it("a refused password leaves the client signed in", async () => {
  await using signedIn = await startSignedIn();
  const { api, session } = signedIn;
  const wrong = api.auth.confirm.mutate({ password: "not the password" });
  expect(await outcomeOf(wrong)).toBe("invalid_credentials");
  expect(session.getSnapshot()).toMatchObject({ status: "signedIn" });
  expect(await outcomeOf(api.auth.me.query())).toBe("accepted");
});

it("the client is signed out when its account is gone, and not when that was refused", async () => {
  await using signedIn = await startSignedIn();
  const { api, session, testAuth, credentials } = signedIn;
  testAuth.clock.advance({ minutes: minutesOfConfirmation, milliseconds: 1 });
  const remove = () => api.auth.account.remove.mutate();
  expect(await outcomeOf(remove())).toBe("insufficient_user_authentication");
  expect(session.getSnapshot()).toMatchObject({ status: "signedIn" });
  await api.auth.confirm.mutate({ password: credentials.password });
  await remove();
  expect(session.getSnapshot()).toEqual({ status: "signedOut" });
  expect(await outcomeOf(api.auth.login.mutate(credentials))).toBe("invalid_credentials");
});
