import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createPortcullisClient,
  type ClientOptions,
  type PortcullisClient,
  type SessionRecord,
  type SessionSnapshot,
} from "@portcullis/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppRouter } from "../../apps/server/src/contract.ts";
import { outcomeOf, temporaryFolder } from "../../apps/server/src/test-service.ts";
import {
  startFaultyService,
  startGateway,
  type Credentials,
  type FaultyService,
  type Gateway,
} from "./faulty-service.ts";

/** What goes wrong between a device and the service, and what the application on it gets. */

/** The life of an access token, and a little more. */
const tokenLifeMs = 601_000;
/** The time in which a used refresh token is answered, and a little more. */
const graceMs = 11_000;
const patience = { timeout: 20_000 };

let service: FaultyService;
let user: Credentials;
const devices: Device[] = [];

beforeAll(async () => {
  service = await startFaultyService();
});
afterAll(() => service?.[Symbol.asyncDispose]());
beforeEach(async () => {
  user = await service.register();
});
afterEach(() => {
  for (const { session } of devices.splice(0)) session.close();
  service.network.heal();
});

interface Device extends PortcullisClient<AppRouter> {
  /** Every snapshot since the first. */
  readonly history: SessionSnapshot[];
  /** What the application was told of the ends of its sessions. */
  readonly left: (string | undefined)[];
  /** The procedures that requests were sent to. */
  readonly sent: string[];
  /** Called before each request is sent, and when one has got no answer. */
  onSend: (procedure: string) => void;
  onFailure: (procedure: string) => void;
}

function createDevice(options: Partial<ClientOptions> = {}): Device {
  const left: (string | undefined)[] = [];
  const history: SessionSnapshot[] = [];
  const sent: string[] = [];
  const client = createPortcullisClient<AppRouter>({
    url: `${service.origin}/trpc`,
    onSignedOut: (reason) => void left.push(reason),
    async fetch(url, init) {
      const procedure = new URL(url).pathname.replace("/trpc/", "");
      sent.push(procedure);
      device.onSend(procedure);
      try {
        return await fetch(url, init);
      } catch (error) {
        device.onFailure(procedure);
        throw error;
      }
    },
    ...options,
  });
  client.session.subscribe(() => history.push(client.session.getSnapshot()));
  const device: Device = {
    ...client,
    history,
    left,
    sent,
    onSend: () => {},
    onFailure: () => {},
  };
  devices.push(device);
  return device;
}

async function signIn(options: Partial<ClientOptions> = {}): Promise<Device> {
  const device = createDevice(options);
  await device.session.restore();
  await device.api.auth.login.mutate(user);
  return device;
}

function timesSent({ sent }: Device, procedure: string): number {
  return sent.filter((each) => each === procedure).length;
}

/** Resolves once the device is signed in and says that it is there. */
async function untilConnection({ session }: Device, there: "online" | "offline"): Promise<void> {
  await vi.waitFor(
    () => expect(session.getSnapshot()).toMatchObject({ status: "signedIn", connection: there }),
    patience,
  );
}

/** The states that the device went through. */
function states({ history }: Device): string[] {
  return history.map((each) => (each.status === "signedIn" ? each.connection : each.status));
}

/** The device is signed in, by the only session that the user has. */
async function expectOneSession({ api, left }: Device): Promise<void> {
  expect(await api.auth.me.query()).toMatchObject({ email: user.email });
  expect(await api.auth.sessions.list.query()).toMatchObject([{ current: true }]);
  expect(left).toEqual([]);
}

describe("the network is down when a token has to be renewed", () => {
  it("the session stays, is offline, tries again, and is online again by itself", async () => {
    const device = await signIn();
    const answered = service.record();
    service.advance(tokenLifeMs);
    device.onSend = (procedure) => {
      if (procedure !== "auth.refresh") return;
      service.network.refuse();
      service.network.cut();
    };
    await expect(device.api.auth.me.query()).rejects.toThrow("fetch failed");
    expect(states(device)).toEqual(["online", "offline"]);
    // Each attempt is sent twice.
    await vi.waitFor(() => expect(timesSent(device, "auth.refresh")).toBe(6), patience);
    expect(answered("auth.refresh")).toEqual([]);
    device.onSend = () => {};
    service.network.heal();
    await untilConnection(device, "online");
    expect(states(device)).toEqual(["online", "offline", "online"]);
    await expectOneSession(device);
    expect(answered("auth.refresh")).toEqual([200]);
  });

  it("RT-11 an answer that is lost is asked for once more, and is the same session's", async () => {
    const device = await signIn();
    const answered = service.record();
    service.advance(tokenLifeMs);
    device.onSend = (procedure) => {
      if (procedure === "auth.refresh") service.network.blackHole("to-client");
    };
    const call = device.api.auth.me.query();
    await vi.waitFor(() => expect(answered("auth.refresh")).toEqual([200]), patience);
    device.onSend = () => {};
    service.network.cut();
    service.network.heal();
    expect(await call).toMatchObject({ email: user.email });
    expect(answered("auth.refresh")).toEqual([200, 200]);
    expect(states(device)).toEqual(["online"]);
    await expectOneSession(device);
  });

  it("RT-11 requests that arrive when the device has given them up end no session", async () => {
    const device = await signIn({ refreshTimeoutMs: 500 });
    const answered = service.record();
    service.advance(tokenLifeMs);
    device.onSend = (procedure) => {
      if (procedure === "auth.refresh") service.network.blackHole();
    };
    await expect(device.api.auth.me.query()).rejects.toThrow("timeout");
    await untilConnection(device, "offline");
    device.onSend = () => {};
    service.network.heal();
    await untilConnection(device, "online");
    await expectOneSession(device);
    service.advance(tokenLifeMs);
    await expectOneSession(device);
    expect(new Set(answered("auth.refresh"))).toEqual(new Set([200]));
  });

  it("a device that starts without a network knows its user, and is online by itself", async () => {
    let record: unknown;
    const storage = {
      load: async () => record,
      save: async (next: SessionRecord) => void (record = next),
      clear: async () => void (record = undefined),
    };
    await signIn({ storage });
    service.network.refuse();
    service.network.cut();
    const device = createDevice({ storage });
    expect(await device.session.restore()).toMatchObject({
      user: { email: user.email },
      connection: "offline",
    });
    service.network.heal();
    await untilConnection(device, "online");
    await expectOneSession(device);
  });
});

describe("the service refuses to renew a token", () => {
  const ends: Record<string, (refreshToken: string | null) => Promise<unknown>> = {
    async "another device has logged out everywhere"() {
      const other = await signIn();
      await other.api.auth.logoutEverywhere.mutate();
    },
    "an operator has banned the user": () => service.ban(user.email),
    async "a thief has used the refresh token"(refreshToken) {
      await createDevice().api.auth.refresh.mutate({ refreshToken });
      service.advance(graceMs + tokenLifeMs);
    },
  };

  it.each([
    ["another device has logged out everywhere", "token_revoked", "refresh_token_invalid"],
    ["an operator has banned the user", "token_revoked", "refresh_token_invalid"],
    ["a thief has used the refresh token", "token_expired", "refresh_token_reused"],
  ])("once: %s", async (how, refusal, reason) => {
    const device = createDevice();
    const { refreshToken } = await device.api.auth.login.mutate(user);
    await ends[how]?.(refreshToken);
    const answered = service.record();
    const calls = Array.from({ length: 3 }, () => outcomeOf(device.api.auth.me.query()));
    const post = outcomeOf(device.api.posts.create.mutate({ title: "Post", body: "Text" }));
    expect(await Promise.all([...calls, post])).toEqual(Array(4).fill(refusal));
    expect(device.session.getSnapshot()).toMatchObject({
      status: "expired",
      user: { email: user.email },
      reason,
    });
    expect(states(device)).toEqual(["online", "expired"]);
    expect(device.left).toEqual([reason]);
    expect(await outcomeOf(device.api.auth.me.query())).toBe("unauthenticated");
    expect(answered("auth.refresh")).toEqual([401]);
  });
});

describe("the service restarts", () => {
  it("a query is sent once more, and answered by the service that is back", async () => {
    const device = await signIn();
    const back = await service.restart();
    const answered = service.record();
    device.onFailure = back;
    expect(await device.api.auth.me.query()).toMatchObject({ email: user.email });
    expect(timesSent(device, "auth.me")).toBe(2);
    expect(answered("auth.me")).toEqual([200]);
    expect(states(device)).toEqual(["online"]);
  });

  it("a query is sent no third time, a mutation no second time, and the session stays", async () => {
    const device = await signIn();
    const back = await service.restart();
    const answered = service.record();
    await expect(device.api.auth.me.query()).rejects.toThrow("fetch failed");
    const post = device.api.posts.create.mutate({ title: "Post", body: "Text" });
    await expect(post).rejects.toThrow("fetch failed");
    back();
    await expectOneSession(device);
    expect([timesSent(device, "posts.create"), answered("posts.create")]).toEqual([1, []]);
    // The third is that of the last line but one.
    expect([timesSent(device, "auth.me"), answered("auth.me")]).toEqual([3, [200]]);
  });

  it("a mutation whose answer is lost has run once", async () => {
    const device = await signIn();
    const answered = service.record();
    service.network.blackHole("to-client");
    const title = `Post of ${user.email}`;
    const post = device.api.posts.create.mutate({ title, body: "Text" });
    const outcome = outcomeOf(post);
    await vi.waitFor(() => expect(answered("posts.create")).toEqual([200]), patience);
    service.network.cut();
    service.network.heal();
    expect(await outcome).toContain("fetch failed");
    const { posts } = await device.api.posts.list.query({ limit: 50 });
    expect(posts.filter((each) => each.title === title)).toHaveLength(1);
    expect(answered("posts.create")).toEqual([200]);
  });
});

describe("the storage fails", () => {
  it("a disk that is full leaves the session in memory, whose used tokens do not go out", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "session.json");
    let isFull = false;
    const faults: unknown[] = [];
    const device = await signIn({
      storage: {
        load: async () => JSON.parse(await readFile(file, "utf8").catch(() => "null")) as unknown,
        // The device of Linux on which there is no room.
        save: (record) => writeFile(isFull ? "/dev/full" : file, JSON.stringify(record)),
        clear: () => rm(file, { force: true }),
      },
      onStorageFault: ({ action, error }) => faults.push([action, Object(error).code]),
    });
    isFull = true;
    for (let round = 0; round < 3; round += 1) {
      service.advance(tokenLifeMs + graceMs);
      await expectOneSession(device);
    }
    expect(faults).toEqual([1, 2, 3].map(() => ["save", "ENOSPC"]));
    expect(states(device)).toEqual(["signedOut", "online"]);
  });

  it("one that is forbidden leaves the session in memory", async () => {
    await using folder = await temporaryFolder();
    // Neither read, nor written, nor removed as a file.
    const file = join(folder.path, "session.json");
    await mkdir(file);
    const faults: unknown[] = [];
    const device = await signIn({
      storage: {
        load: () => readFile(file, "utf8"),
        save: (record) => writeFile(file, JSON.stringify(record)),
        clear: () => rm(file),
      },
      onStorageFault: ({ action }) => faults.push(action),
    });
    service.advance(tokenLifeMs + graceMs);
    await expectOneSession(device);
    await device.api.auth.logout.mutate();
    expect(device.session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(faults).toEqual(["load", "save", "load", "save", "clear", "clear"]);
  });
});

describe("a program before the service answers 401", () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await startGateway(service.origin);
  });
  afterEach(() => gateway[Symbol.asyncDispose]());

  const error = (data: object) =>
    JSON.stringify({ error: { code: -32_001, message: "Pay first.", data } });
  const json = "application/json";
  const unauthorized = { code: "UNAUTHORIZED", httpStatus: 401 };
  const answers = [
    ["a page", "text/html", "<h1>Log in to the network</h1>", "JSON"],
    ["JSON", json, `{"message":"Unauthorized"}`, "transform"],
    ["an error of tRPC", json, error(unauthorized), "Pay first."],
    ["an error with a reason", json, error({ ...unauthorized, reason: "unpaid" }), "unpaid"],
  ] as const;

  it.each(answers)("%s goes to the caller, and nothing is renewed", async (_, type, body, told) => {
    const device = await signIn({ url: `${gateway.origin}/trpc` });
    const answered = service.record();
    const bodyOfBatch = type === json ? `[${body}]` : body;
    gateway.refuse("auth.me", type, bodyOfBatch);
    gateway.refuse("posts.create", type, bodyOfBatch);
    expect(await outcomeOf(device.api.auth.me.query())).toContain(told);
    const post = device.api.posts.create.mutate({ title: "Post", body: "Text" });
    expect(await outcomeOf(post)).toContain(told);
    expect([gateway.refusals("auth.me"), gateway.refusals("posts.create")]).toEqual([1, 1]);
    expect(answered("auth.refresh")).toEqual([]);
    expect(states(device)).toEqual(["online"]);
    gateway.open();
    await expectOneSession(device);
  });

  it.each(answers)("%s at a refresh is no end of the session", async (_, type, body, told) => {
    const device = await signIn({ url: `${gateway.origin}/trpc` });
    service.advance(tokenLifeMs);
    gateway.refuse("auth.refresh", type, body);
    expect(await outcomeOf(device.api.auth.me.query())).toContain(told);
    expect(gateway.refusals("auth.refresh")).toBe(1);
    expect(device.session.getSnapshot()).toMatchObject({ status: "signedIn" });
    gateway.open();
    await expectOneSession(device);
    expect(device.session.getSnapshot()).toMatchObject({ connection: "online" });
  });
});
