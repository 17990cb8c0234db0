import type { AppRouter } from "../../apps/server/src/contract.ts";
import {
  cookieStorage,
  createPortcullisClient,
  type CustomStorage,
  type SessionEndReason,
} from "../../packages/client/src/index.ts";

/** What the application in this tab was told. */
const left: (SessionEndReason | undefined)[] = [];
const faults: unknown[] = [];

/** As an application in a browser would write it that cannot have the cookie. */
const inLocalStorage: CustomStorage = {
  load: async () => JSON.parse(localStorage.getItem("session") ?? "null") as unknown,
  save: async (record) => localStorage.setItem("session", JSON.stringify(record)),
  clear: async () => localStorage.removeItem("session"),
};

const { search } = (globalThis as unknown as { readonly location: URL }).location;
const client = createPortcullisClient<AppRouter>({
  url: "/trpc",
  storage: search === "?local" ? inLocalStorage : cookieStorage(),
  onSignedOut: (reason) => void left.push(reason),
  onStorageFault: ({ action, error }) => void faults.push([action, (error as Error).name]),
});
const statuses: string[] = [];
client.session.subscribe(() => statuses.push(client.session.getSnapshot().status));

// What tests call in a browser's tab.
Object.assign(globalThis, { tab: { ...client, left, faults, statuses } });
