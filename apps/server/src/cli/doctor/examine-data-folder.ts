import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { holderOf } from "../../embedded/folder-lock.ts";
import { fault, fine, warning, type Finding } from "./finding.ts";

/** Rights of the group and of everybody else. */
const othersMask = 0o077;

/** Looks at the folder of an embedded service, without opening the database in it. */
export async function examineDataFolder(folder: string): Promise<Finding[]> {
  const place = path.resolve(folder);
  const found = await statIfThere(place);
  if (found === undefined) return [await judgeParent(place)];
  if (!found.isDirectory()) {
    return [fault("data folder", `${place} is not a folder.`, "Set DATA_DIR to a folder.")];
  }
  return [await judgeUse(place), ...judgeMode(place, found.mode), ...(await judgeSecret(place))];
}

async function judgeParent(place: string): Promise<Finding> {
  const parent = path.dirname(place);
  if (await isWritable(parent)) {
    return fine("data folder", `${place} is not there yet; the first start makes it.`);
  }
  return fault(
    "data folder",
    `${place} is not there, and can not be made in ${parent}.`,
    "Set DATA_DIR to a folder that this user may write to, or make it.",
  );
}

async function judgeUse(place: string): Promise<Finding> {
  if (!(await isWritable(place))) {
    return fault(
      "data folder",
      `This user may not write to ${place}.`,
      "Run as the user who made it, or set DATA_DIR to another folder.",
    );
  }
  const holder = await holderOf(place);
  const use = holder === undefined ? "is not in use" : `is in use by process ${holder}`;
  return fine("data folder", `${place} ${use}.`);
}

function judgeMode(place: string, mode: number): Finding[] {
  if ((mode & othersMask) === 0) return [];
  return [
    warning(
      "data folder",
      `Other users of this machine can look into ${place}.`,
      `Close it to them with \`chmod 700 ${place}\`.`,
    ),
  ];
}

async function judgeSecret(place: string): Promise<Finding[]> {
  const secret = await statIfThere(path.join(place, "secret"));
  const hasDatabase = (await statIfThere(path.join(place, "postgres"))) !== undefined;
  if (secret === undefined && hasDatabase) {
    return [
      fault(
        "data folder",
        `The file with the secret is missing from ${place}: the signing keys in the database do not open without it.`,
        "Restore it from a backup of the folder, or delete the folder to start anew.",
      ),
    ];
  }
  return [];
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch {
    // Whatever keeps us from it.
    return false;
  }
}

async function statIfThere(place: string) {
  try {
    return await stat(place);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
