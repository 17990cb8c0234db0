import { describe, expect, it } from "vitest";
import { describeEvent } from "./describe-event.ts";

const nothing = { outcome: "success", details: {} } as const;

describe("describeEvent", () => {
  it("says what happened", () => {
    expect(describeEvent({ ...nothing, kind: "login_succeeded" })).toEqual({ title: "Signed in" });
  });

  it("says why something was refused", () => {
    const details = { cause: "wrong_password" };
    expect(describeEvent({ kind: "login_failed", outcome: "refused", details })).toEqual({
      title: "Sign-in refused",
      detail: "The password was wrong",
      tone: "warn",
    });
  });

  it("says the name of a cause that it does not know", () => {
    const details = { cause: "too_dark_outside" };
    expect(describeEvent({ kind: "login_failed", outcome: "refused", details }).detail).toBe(
      "Too dark outside",
    );
  });

  it("tells the reason and the end of a ban", () => {
    const ban = { reason: "Spam", expiresAt: "2026-11-23T12:00:00.000Z" };
    expect(describeEvent({ ...nothing, kind: "user_banned", details: ban })).toEqual({
      title: expect.stringMatching(/^Banned until .*2026/u),
      detail: "Spam",
      tone: "bad",
    });
    const forGood = { reason: "Spam", expiresAt: null };
    expect(describeEvent({ ...nothing, kind: "user_banned", details: forGood }).title).toBe(
      "Banned",
    );
  });

  it("counts devices", () => {
    const titleOf = (sessionIds: readonly string[]) =>
      describeEvent({ ...nothing, kind: "sessions_revoked", details: { sessionIds } }).title;
    expect(titleOf(["a"])).toBe("1 device signed out");
    expect(titleOf(["a", "b"])).toBe("2 devices signed out");
  });

  it.each([
    ["role_changed", { from: "user", to: "admin" }, "From user to admin"],
    ["permission_denied", { permission: "users:ban" }, "It takes users:ban"],
    ["oauth_client_revoked", { clientId: "reports" }, "reports"],
  ])("tells the details of %s", (kind, details, detail) => {
    expect(describeEvent({ ...nothing, kind, details }).detail).toBe(detail);
  });

  it("does without details that are not there", () => {
    for (const kind of ["sessions_revoked", "role_changed", "user_banned", "login_failed"]) {
      expect(describeEvent({ ...nothing, kind }).title).not.toContain("undefined");
      expect(describeEvent({ ...nothing, kind })).not.toHaveProperty("detail");
    }
  });

  it("says the name of a kind that it does not know, and whether it was refused", () => {
    expect(describeEvent({ ...nothing, kind: "moon_visited" })).toEqual({ title: "Moon visited" });
    expect(describeEvent({ ...nothing, kind: "constructor" })).toEqual({ title: "Constructor" });
    expect(describeEvent({ ...nothing, kind: "moon_visited", outcome: "refused" })).toEqual({
      title: "Moon visited",
      detail: "It was refused",
      tone: "warn",
    });
  });
});
