import type { User } from "@portcullis/server";
import { readToken, readUser } from "./token-set.ts";

/** What a {@link CustomStorage} keeps. Whoever reads it can act as the user: keep it like a password. */
export interface SessionRecord {
  readonly version: 1;
  readonly refreshToken: string;
  readonly user: User;
}

/**
 * A place of the app's for one session: a keychain, Expo's SecureStore, a file with mode 0600. Every
 * call has 3 s; one that fails or takes longer is told to `onStorageFault`, and the session goes on
 * in memory.
 *
 * Processes that share a place share the session: it is read again before each refresh.
 */
export interface CustomStorage {
  /** The record that was saved last. Anything else is taken as nothing, and told as a fault. */
  load(): Promise<unknown>;
  save(record: SessionRecord): Promise<void>;
  clear(): Promise<void>;
}

/** See {@link cookieStorage}. */
export interface CookieStorage {
  readonly kind: "cookie";
}

/** See {@link memoryStorage}. */
export interface MemoryStorage {
  readonly kind: "memory";
}

/** Where a session's refresh token is kept. */
export type SessionStorage = CookieStorage | MemoryStorage | CustomStorage;

/**
 * Keeps the refresh token in an HttpOnly cookie that the server sets and no script sees, and the
 * access token in memory. Tabs of an origin share one session, and a reload restores it. The default
 * in browsers.
 *
 * For pages over https, or at http://localhost, on the site of the API (`SameSite=Strict`); elsewhere
 * the server refuses the login with `request_refused`.
 *
 * @example
 * ```ts setup=app-router
 * import { cookieStorage, createPortcullisClient } from "@portcullis/client";
 *
 * createPortcullisClient<AppRouter>({ url: "/trpc", storage: cookieStorage() });
 * ```
 */
export function cookieStorage(): CookieStorage {
  return { kind: "cookie" };
}

/**
 * Keeps all tokens in memory and nowhere else: a new client, or a reload, starts signed out. The
 * default outside of browsers.
 *
 * @example
 * ```ts setup=app-router
 * import { createPortcullisClient, memoryStorage } from "@portcullis/client";
 *
 * createPortcullisClient<AppRouter>({ url: "https://api.example.com/trpc", storage: memoryStorage() });
 * ```
 */
export function memoryStorage(): MemoryStorage {
  return { kind: "memory" };
}

/** What a {@link CustomStorage} was asked for. */
export type StorageAction = "load" | "save" | "clear";

export type OnStorageFault = (fault: {
  readonly action: StorageAction;
  readonly error: unknown;
}) => void;

/** A {@link CustomStorage} that neither throws nor hangs. */
export interface GuardedStorage {
  load(): Promise<SessionRecord | undefined>;
  /** Whether it was saved. */
  save(record: SessionRecord): Promise<boolean>;
  /** Clears it if this is the token it has; another process may have signed in meanwhile. */
  clear(refreshToken: string | null): Promise<void>;
}

const deadlineMs = 3_000;

export function guardStorage(storage: CustomStorage, onFault: OnStorageFault): GuardedStorage {
  // A late answer may still change what is stored: so nothing more is asked of a storage that hangs.
  let hangs = false;

  async function attempt<T>(action: StorageAction, work: () => Promise<T>): Promise<T | undefined> {
    if (hangs) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        hangs = true;
        reject(new Error(`The storage did not answer within ${deadlineMs} ms.`));
      }, deadlineMs);
    });
    try {
      return await Promise.race([work(), deadline]);
    } catch (error) {
      onFault({ action, error });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  const load = (action: StorageAction): Promise<SessionRecord | undefined> =>
    attempt(action, async () => readRecord(await storage.load()));

  return {
    load: () => load("load"),
    async save(record) {
      const saved = await attempt("save", async () => {
        await storage.save(record);
        return true;
      });
      return saved === true;
    },
    async clear(refreshToken) {
      const record = await load("clear");
      if (record !== undefined && record.refreshToken !== refreshToken) return;
      await attempt("clear", () => storage.clear());
    },
  };
}

/** @throws Error when it is neither a record nor nothing. Carries nothing of it. */
function readRecord(value: unknown): SessionRecord | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const { version, refreshToken, user } = value as Partial<SessionRecord>;
    if (version !== 1) throw new Error("Another version.");
    return {
      version,
      refreshToken: readToken(refreshToken, "refreshToken"),
      user: readUser(user),
    };
  } catch {
    throw new Error("What the storage has is not a session record.");
  }
}
