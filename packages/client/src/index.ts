export { ResponseTooLargeError } from "./bounded-fetch.ts";
export { createPortcullisClient, type PortcullisClient } from "./client.ts";
export { isPortcullisError, type PortcullisClientError, type SessionEndReason } from "./errors.ts";
export type { ClientOptions, ClientOptionsOf, Fetch, OptionsFor } from "./options.ts";
export type { SessionSnapshot, SessionStore } from "./session-store.ts";
export { UnusableTokenSetError } from "./token-set.ts";
