import type { SigningKeyCheck } from "@portcullis/server";
import { fault, fine, warning, type Finding } from "./finding.ts";

export function judgeSigningKeys(keys: readonly SigningKeyCheck[]): Finding[] {
  if (keys.length === 0) {
    return [fine("signing keys", "There is none yet; the first start makes one.")];
  }
  const closed = keys.filter(({ opensWith }) => opensWith === "no_secret");
  const older = keys.filter(({ opensWith }) => opensWith === "older_secret");
  if (closed.length > 0) {
    return [
      fault(
        "signing keys",
        `AUTH_SECRET does not open ${nameAll(closed)}.`,
        "Set AUTH_SECRET as the service has it; to replace it, put the new one before the old one, with a comma between them.",
      ),
    ];
  }
  if (older.length > 0) {
    return [
      warning(
        "signing keys",
        `Only an older secret of AUTH_SECRET opens ${nameAll(older)}.`,
        "Start the service once before you take the older secret away: it seals them with the newest.",
      ),
    ];
  }
  return [fine("signing keys", "AUTH_SECRET opens all of them.")];
}

function nameAll(keys: readonly SigningKeyCheck[]): string {
  return `${keys.length === 1 ? "the key" : "the keys"} ${keys.map(({ kid }) => kid).join(", ")}`;
}
