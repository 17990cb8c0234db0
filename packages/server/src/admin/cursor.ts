import { z } from "zod";

/** Enough for a number and a UUID in JSON, as base64url. */
const cursorLengthMax = 200;

const problem = "The cursor must be one that this list has given.";

/** A place in a list as clients are given it: to be sent back, not to be read. */
export function writeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** For inputs: takes what {@link writeCursor} made of a place of this schema, byte for byte. */
export function cursorSchema<Place>(schema: z.ZodType<Place>) {
  return z
    .string(problem)
    .max(cursorLengthMax, problem)
    .transform((cursor, context) => {
      const place = schema.safeParse(readJson(Buffer.from(cursor, "base64url").toString()));
      if (place.success && writeCursor(place.data) === cursor) return place.data;
      context.addIssue({ code: "custom", message: problem });
      return z.NEVER;
    });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
