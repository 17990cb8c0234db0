import { lowerCaseUuidSchema } from "@portcullis/server";
import { z } from "zod";
import { createInput } from "./create-input.ts";

const maxPageSize = 50;

const id = lowerCaseUuidSchema;

export const byIdInput = z.strictObject({ id });
export const updateInput = createInput.extend({ id });
export const removeInput = z.strictObject({ id });
export const listInput = z.strictObject({
  /** Where the page before ended: its `nextCursor`. */
  cursor: z
    .string()
    .max(100)
    .transform((cursor, context) => readCursor(cursor) ?? refuseCursor(context))
    .optional(),
  limit: z.number().int().min(1).max(maxPageSize).default(20),
  /** tRPC's infinite queries say it with every page. */
  direction: z.literal("forward").optional(),
});

/** The place of a post in the list. */
export interface Cursor {
  readonly createdAt: Date;
  readonly id: string;
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.createdAt.getTime()}.${cursor.id}`).toString("base64url");
}

const cursorText = /^(\d{1,14})\.([0-9a-f-]{36})$/;

function readCursor(cursor: string): Cursor | undefined {
  const [, timeMs, postId] = cursorText.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (timeMs === undefined || !id.safeParse(postId).success) return undefined;
  return { createdAt: new Date(Number(timeMs)), id: postId as string };
}

function refuseCursor(context: z.RefinementCtx): never {
  context.addIssue({ code: "custom", message: "The cursor is not one of ours." });
  return z.NEVER;
}
