import { expect, test } from "vitest";

import { chooseServerSource, type Surroundings } from "./server-source.ts";

const bare: Surroundings<string> = {
  product: {
    name: "Redis",
    debianPackage: "redis-server",
    homebrewPackage: "redis",
    urlVariable: "PORTCULLIS_TEST_REDIS_URL",
  },
  externalUrl: undefined,
  findExecutable: () => undefined,
  canInstall: () => false,
  install: async () => undefined,
  isDockerRunning: async () => false,
};

test("a URL from the environment comes before an installed server", async () => {
  const source = await chooseServerSource({
    ...bare,
    externalUrl: "redis://127.0.0.1:6379",
    findExecutable: () => "/usr/bin/redis-server",
  });

  expect(source).toEqual({ kind: "external", url: "redis://127.0.0.1:6379" });
});

test("an installed server comes before Docker, and nothing is installed", async () => {
  const source = await chooseServerSource({
    ...bare,
    findExecutable: () => "/usr/bin/redis-server",
    canInstall: () => true,
    install: () => Promise.reject(new Error("installed needlessly")),
    isDockerRunning: async () => true,
  });

  expect(source).toEqual({ kind: "executable", executable: "/usr/bin/redis-server" });
});

test("a server that is missing is installed where we may", async () => {
  let installed: string | undefined;
  const source = await chooseServerSource({
    ...bare,
    findExecutable: () => installed,
    canInstall: () => true,
    install: async () => {
      installed = "/usr/bin/redis-server";
    },
  });

  expect(source).toEqual({ kind: "executable", executable: "/usr/bin/redis-server" });
});

test("Docker is the last resort", async () => {
  const source = await chooseServerSource({ ...bare, isDockerRunning: async () => true });

  expect(source).toEqual({ kind: "docker" });
});

test("on a bare machine the error says what to install and what to set", async () => {
  await expect(chooseServerSource(bare)).rejects.toMatchObject({
    code: "NO_SERVER",
    message: expect.stringMatching(
      /apt-get install redis-server[^]*brew install redis[^]*Docker[^]*PORTCULLIS_TEST_REDIS_URL/,
    ),
  });
});
