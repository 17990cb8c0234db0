// Run by Node's own test runner, in a process of its own: nothing here knows of another one.
import assert from "node:assert";
import { test } from "node:test";
import { startTestAuth } from "@portcullis/testing";
import { createPostsApp, migratePosts, postRoles } from "./posts-app.ts";

void test("an application is tested", async () => {
  await using testAuth = await startTestAuth({ migrate: migratePosts, roles: postRoles });
  const app = testAuth.serve(createPostsApp(testAuth.auth, testAuth.database));
  const ada = await app.clientAs(await testAuth.createUser());
  await ada.api.posts.create.mutate({ title: "Hello" });
  await ada.api.auth.logoutEverywhere.mutate();
  await testAuth.expectRevoked(ada);
  await assert.rejects(testAuth.expectSignedIn(ada), assert.AssertionError);
});

void test("a test auth that nobody disposes of does not keep the process alive", async () => {
  const testAuth = await startTestAuth({ migrate: migratePosts, roles: postRoles });
  const app = testAuth.serve(createPostsApp(testAuth.auth, testAuth.database));
  await app.clientAs(await testAuth.createUser());
});
