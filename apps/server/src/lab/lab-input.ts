import { lowerCaseUuidSchema } from "@portcullis/server";
import { z } from "zod";

export const lastWriteInput = z.strictObject({ traceId: lowerCaseUuidSchema });
