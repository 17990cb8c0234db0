import { expect, onTestFinished, test } from "vitest";

import { startRedis } from "./redis.ts";
import { findRedis } from "./executables.ts";
import { launchRedisExecutable } from "./redis-launch.ts";
import { makeServerFolder, removeServerFolder } from "./server-folder.ts";
import { startOnFreePort } from "./start-on-port.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

test("a port lost to another process costs one more attempt", async () => {
  await using other = await startRedis();
  const { launch } = redisLauncher();
  const portsTried: number[] = [];
  const started = await startOnFreePort((freePort) => {
    const port = portsTried.length === 0 ? other.port : freePort;
    portsTried.push(port);
    return launch(port);
  });
  await started.process.end();

  expect(portsTried).toHaveLength(2);
});

test("a machine whose ports are all taken is an error, not an endless loop", async () => {
  await using other = await startRedis();
  const { launch } = redisLauncher();

  await expect(startOnFreePort(() => launch(other.port))).rejects.toMatchObject({
    code: "START_FAILED",
  });
});

function redisLauncher() {
  const executable = findRedis(process.env["PATH"]);
  if (executable === undefined) {
    throw new Error("this test needs a Redis of this machine");
  }
  const user = unprivilegedUser("redis");
  const folder = makeServerFolder("redis", user);
  onTestFinished(() => removeServerFolder(folder));
  return {
    launch: (port: number) =>
      launchRedisExecutable(executable, user, { port, folder, settings: {} }),
  };
}
