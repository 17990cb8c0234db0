import { afterEach, expect, it, vi } from "vitest";
import { now } from "./clock.ts";
import { createTabs, type Tabs } from "./tabs.ts";
import { writeTabMessage, type TabMessage } from "./tab-message.ts";

const user = { id: "1", email: "", name: "", role: "", emailVerified: true };
const renewed: TabMessage = {
  kind: "renewed",
  access: { text: "token", lifeMs: 600_000, since: now() },
  user,
};

const opened: Tabs[] = [];
afterEach(() => {
  for (const tabs of opened.splice(0)) tabs.close();
});

function openTab(
  name: string,
  onMessage: (message: TabMessage) => void,
  lockWaitMs = 10_000,
): Tabs {
  const tabs = createTabs({ name, lockWaitMs, onMessage });
  opened.push(tabs);
  return tabs;
}

/** Takes the lock as another tab would; the returned function gives it away. */
async function takeLock(name: string): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  void navigator.locks.request(name, async () => {
    taken.resolve();
    await held.promise;
  });
  await taken.promise;
  return held.resolve;
}

async function untilWaiting(name: string): Promise<void> {
  await vi.waitFor(async () => {
    const { pending } = await navigator.locks.query();
    expect(pending.map((lock) => lock.name)).toContain(name);
  });
}

it("hears what was said by the tab that had the lock before it goes to work", async () => {
  const name = "late message";
  const order: string[] = [];
  const tab = openTab(name, () => order.push("heard"));
  const other = new BroadcastChannel(name);
  const release = await takeLock(name);
  const work = tab.exclusive(async () => order.push("worked"));
  await untilWaiting(name);
  release();
  await navigator.locks.query();
  other.postMessage(writeTabMessage(renewed));
  await work;
  other.close();
  expect(order).toEqual(["heard", "worked"]);
});

it("goes ahead when the lock is not given away in time", async () => {
  const release = await takeLock("kept");
  const tab = openTab("kept", () => {}, 50);
  expect(await tab.exclusive(async () => "worked")).toBe("worked");
  release();
});

it("goes ahead where the page may not have locks", async () => {
  vi.spyOn(navigator.locks, "request").mockRejectedValue(new Error("SecurityError"));
  const tab = openTab("forbidden", () => {});
  expect(await tab.exclusive(async () => "worked")).toBe("worked");
  vi.restoreAllMocks();
});

it("says nothing once it is closed", () => {
  const tab = openTab("closed", () => {});
  tab.close();
  expect(() => tab.tell(renewed)).not.toThrow();
});

it("passes on what the work throws, and works on", async () => {
  const tab = openTab("throws", () => {});
  await expect(tab.exclusive(() => Promise.reject(new Error("fault")))).rejects.toThrow("fault");
  const release = await takeLock("throws");
  const waiting = tab.exclusive(() => Promise.reject(new Error("fault")));
  await untilWaiting("throws");
  release();
  await expect(waiting).rejects.toThrow("fault");
  expect(await tab.exclusive(async () => "worked")).toBe("worked");
});
