import { runCommand } from "@portcullis/app-server/test-command";
import type { DemoUser } from "./demo.ts";

export const admin: DemoUser = {
  name: "Root",
  email: "root@example.com",
  password: "eight ships beyond a reef",
};

/** Makes the first admin as an operator does: on the command line, while the service is not running. */
export async function makeFirstAdmin(variables: Readonly<Record<string, string>>): Promise<void> {
  const { name, email, password } = admin;
  const words = ["user", "create-admin", "--email", email, "--name", name, "--password-stdin"];
  for (const run of [
    await runCommand(variables, ["migrate", "up"]),
    await runCommand(variables, words, password),
  ]) {
    if (run.exitCode !== 0) throw new Error(run.stderr);
  }
}
