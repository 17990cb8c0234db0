import { z } from "zod";

/** Where the answer's refresh token goes; for the inputs of all calls that open a session. */
export const refreshTokenPlaceSchema = z
  .enum(["body", "cookie"], 'The refresh token goes into "body" or "cookie".')
  .optional();
