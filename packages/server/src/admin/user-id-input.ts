import { z } from "zod";
import { lowerCaseUuidSchema } from "../text-rules.ts";

/** For procedures that are told of a user and nothing else. */
export const userIdInput = z.strictObject({ userId: lowerCaseUuidSchema });

export type UserIdInput = z.output<typeof userIdInput>;
