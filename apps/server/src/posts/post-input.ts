import { lowerCaseUuidSchema } from "@portcullis/server";
import { z } from "zod";

const maxPageSize = 50;

/** Postgres' text can not hold NUL, nor UTF-8 a lone surrogate. */
function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

/** Counted in code points, as a person counts: an emoji may have two UTF-16 units. */
function text(name: string, maxCodePoints: number) {
  const problem = `${name} must have 1 to ${maxCodePoints} characters.`;
  return z
    .string()
    .max(2 * maxCodePoints, problem)
    .refine(isStorable, `${name} has a character that can not be stored.`)
    .refine((value) => value.trim() !== "" && [...value].length <= maxCodePoints, problem);
}

const title = text("The title", 200);
/** The request as a whole may have 16 KiB, so a text of 10000 characters beyond ASCII is too large. */
const body = text("The body", 10_000);
const id = lowerCaseUuidSchema;

export const createInput = z.strictObject({ title, body });
export const byIdInput = z.strictObject({ id });
export const updateInput = z.strictObject({ id, title, body });
export const removeInput = z.strictObject({ id });
export const listInput = z.strictObject({
  /** Where the page before ended: its `nextCursor`. */
  cursor: z
    .string()
    .max(100)
    .transform((cursor, context) => readCursor(cursor) ?? refuseCursor(context))
    .optional(),
  limit: z.number().int().min(1).max(maxPageSize).default(20),
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
