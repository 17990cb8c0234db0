import type { Post } from "@portcullis/app-server/contract";
import { describe, expect, it } from "vitest";
import { withPending } from "./pending-changes.ts";

const time = "2026-11-23T12:00:00.000Z";
const post = (id: string): Post => ({
  id,
  authorId: "author",
  authorName: "Ada",
  title: `Title ${id}`,
  body: "Body",
  createdAt: time,
  updatedAt: time,
});
const none = { updated: new Map(), removed: new Set<string>() };

describe("withPending", () => {
  it("leaves the posts alone when nothing is pending", () => {
    expect(withPending([post("a"), post("b")], none)).toEqual([post("a"), post("b")]);
  });

  it("shows an edit, and leaves out what is being removed", () => {
    const sentAtMs = Date.parse("2026-11-23T13:00:00.000Z");
    const shown = withPending([post("a"), post("b"), post("c")], {
      updated: new Map([["b", { title: "New", body: "Text", sentAtMs }]]),
      removed: new Set(["a"]),
    });
    expect(shown).toEqual([
      { ...post("b"), title: "New", body: "Text", updatedAt: "2026-11-23T13:00:00.000Z" },
      post("c"),
    ]);
  });
});
