export { ResponseTooLargeError } from "./bounded-fetch.ts";
export { createPortcullisClient, type PortcullisClient } from "./client.ts";
export {
  isPortcullisError,
  type PortcullisClientError,
  type SessionEndReason,
  SessionOverError,
} from "./errors.ts";
export type { SessionEventSource, SessionEventSourceClass } from "./event-source.ts";
export { portcullisLink } from "./link.ts";
export type {
  ClientOptions,
  ClientOptionsOf,
  Fetch,
  OptionsFor,
  SessionOptions,
} from "./options.ts";
export type { User } from "@portcullis/server";
export { createPortcullisSession, type PortcullisSession } from "./session.ts";
export type { SessionSnapshot, SessionStore } from "./session-snapshot.ts";
export {
  cookieStorage,
  type CookieStorage,
  type CustomStorage,
  memoryStorage,
  type MemoryStorage,
  type OnStorageFault,
  type SessionRecord,
  type SessionStorage,
  type StorageAction,
} from "./session-storage.ts";
export { createPortcullisSocket, type SocketOptions } from "./socket.ts";
export { UnusableTokenSetError } from "./token-set.ts";
export { GatewayError } from "./unanswered.ts";
