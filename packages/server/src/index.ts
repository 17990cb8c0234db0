export { createAuth } from "./auth.ts";
export type { Auth } from "./auth.ts";
export type {
  AuthContext,
  CheckOutcome,
  SignedIn,
  SignedInSession,
} from "./context/auth-context.ts";
export type {
  AuthProcedures,
  AuthRouter,
  ErrorShape,
  InputIssue,
  MutationContract,
  QueryContract,
  SessionSummary,
  TokenSet,
  User,
} from "./contract.ts";
export type { ErrorCode } from "./error-codes.ts";
export type { ContextRequest } from "./context/create-context.ts";
export { maxBatchSize } from "./context/judge-request.ts";
export { PortcullisError } from "./errors.ts";
export type { AuthEvent, LoginFailure, RefreshRefusal, RefusalCause } from "./events.ts";
export type { FormattedError } from "./format-error.ts";
export type {
  AuthOptions,
  PasswordOptions,
  SessionOptions,
  TokenAlgorithm,
  TokenOptions,
} from "./options.ts";
export type { SignedInProcedure } from "./signed-in.ts";
export { migrateAuth } from "./repositories/migrate.ts";
export { lowerCaseUuidSchema } from "./text-rules.ts";
export { InvalidAuthOptionsError, NotStartedError, SecretMismatchError } from "./start-errors.ts";
