import { expect, test } from "vitest";

import { chooseUser } from "./unprivileged-user.ts";

const passwd = [
  "root:x:0:0:root:/root:/bin/bash",
  "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin",
  "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash",
  "",
].join("\n");

test("the server's own user is preferred, and nobody does otherwise", () => {
  expect(chooseUser(passwd, "postgres")).toEqual({ name: "postgres", uid: 101, gid: 104 });
  expect(chooseUser(passwd, "redis")).toEqual({ name: "nobody", uid: 65534, gid: 65533 });
});

test("a machine with neither is an error, never root", () => {
  expect(() => chooseUser("root:x:0:0:root:/root:/bin/bash\n", "postgres")).toThrow("nobody");
});
