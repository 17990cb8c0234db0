import { readFileSync } from "node:fs";

/** A line of /etc/passwd, as far as `spawn` and `chown` need it. */
export interface UnixUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The user a server runs as when we are root: Postgres refuses root, and no server needs it.
 * `undefined` when we are not root, so the server runs as ourselves.
 */
export function unprivilegedUser(preferredName: string): UnixUser | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  return chooseUser(readFileSync("/etc/passwd", "utf8"), preferredName);
}

/** The preferred user when `passwd` knows it, else `nobody`. */
export function chooseUser(passwd: string, preferredName: string): UnixUser {
  const users = passwd.split("\n").flatMap(parseUser);
  const user =
    users.find(({ name }) => name === preferredName) ?? users.find(({ name }) => name === "nobody");
  if (user === undefined) {
    throw new Error(`/etc/passwd has neither a user ${preferredName} nor a user nobody`);
  }
  return user;
}

function parseUser(line: string): UnixUser[] {
  const [name, , uid, gid] = line.split(":");
  if (name === undefined || uid === undefined || gid === undefined) {
    return [];
  }
  return [{ name, uid: Number(uid), gid: Number(gid) }];
}
