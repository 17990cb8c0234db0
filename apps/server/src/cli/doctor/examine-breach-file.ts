import { createBreachFile } from "@portcullis/server";
import { reasonOf } from "../../start-error.ts";
import { fault, fine, type Finding } from "./finding.ts";

export async function examineBreachFile(file: string | undefined): Promise<Finding> {
  if (file === undefined) {
    return fine("breached passwords", "No file is set; common passwords are refused all the same.");
  }
  try {
    await using _opened = await createBreachFile(file);
    return fine("breached passwords", "The file of BREACHED_PASSWORDS_FILE can be used.");
  } catch (error) {
    return fault(
      "breached passwords",
      `${reasonOf(error)}.`,
      "Correct BREACHED_PASSWORDS_FILE, or remove it: the service does not start with it.",
    );
  }
}
