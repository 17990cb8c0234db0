export { createAuth } from "./auth.ts";
export type { Auth } from "./auth.ts";
export type {
  AuthContext,
  Caller,
  CheckOutcome,
  SignedIn,
  SignedInContext,
  SignedInSession,
  Transport,
} from "./context/auth-context.ts";
export type {
  AuditEntry,
  AuditPage,
  AuthProcedures,
  AuthRouter,
  ErrorData,
  ErrorFactsByReason,
  ErrorShape,
  InputIssue,
  MutationContract,
  PageInput,
  QueryContract,
  RefreshTokenPlace,
  SessionSummary,
  SubscriptionContract,
  TokenSet,
  User,
  UserBan,
  UserPage,
  UserSummary,
} from "./contract.ts";
export type { AdminCreation } from "./admin/create-admin.ts";
export type { SigningKeyCheck } from "./console/check-signing-keys.ts";
export type {
  Console,
  InputRefusal,
  PasswordRefusal,
  UserMissing,
  UserReport,
} from "./console/console.ts";
export { inspectRedis, type RedisFacts, type RedisInspection } from "./console/inspect-redis.ts";
export type { ErrorCode } from "./error-codes.ts";
export type { OauthHandler } from "./oauth/oauth-endpoint.ts";
export type { OauthClient, OauthClientCreation, OauthClients } from "./oauth/oauth-clients.ts";
export type { ContextRequest, NodeContextRequest } from "./context/create-context.ts";
export type { ServerRequest } from "./context/create-server-context.ts";
export type {
  SocketAdmission,
  SocketHandshake,
  SocketRequest,
} from "./context/create-socket-context.ts";
export type { AnswerHeaders, RequestHead, RequestHeaders } from "./context/request-head.ts";
export type { SubscriptionOptions } from "./subscriptions/subscription-options.ts";
export { maxBatchSize } from "./context/judge-request.ts";
export { PortcullisError } from "./errors.ts";
export type {
  AuditDetails,
  AuditEvent,
  AuditKind,
  EmailTokenFailure,
  LoginFailure,
} from "./audit/audit-event.ts";
export type { AuthEvent, RefreshRefusal, RefusalCause } from "./events.ts";
export type { FormattedError } from "./format-error.ts";
export type {
  AccountOptions,
  AuthOptions,
  SessionOptions,
  TokenAlgorithm,
  TokenOptions,
} from "./options.ts";
export type { LimitOptions } from "./limits/limit-options.ts";
export type { LimitStore } from "./limits/limit-store.ts";
export { createMemoryLimitStore } from "./limits/memory-limit-store.ts";
export { createRedisLimitStore, type RedisLimitStoreOptions } from "./limits/redis-limit-store.ts";
export type { RoleOptions } from "./admin/permissions.ts";
export type { MailLinks, MailOptions } from "./mail/mail-options.ts";
export type { MailTransport, OutgoingMail } from "./mail/mail-transport.ts";
export { checkSmtpServer, type SmtpCheck } from "./mail/check-smtp-server.ts";
export { createMemoryOutbox, type KeptMail, type MemoryOutbox } from "./mail/memory-transport.ts";
export { createSmtpTransport, type SmtpOptions } from "./mail/smtp-transport.ts";
export type { MailPage, MailTemplates } from "./mail/templates.ts";
export type { Mail, MailKind } from "./mail/mail.ts";
export type { BreachSource } from "./passwords/breach-source.ts";
export { type BreachFile, BreachFileError, createBreachFile } from "./passwords/breach-file.ts";
export type { PasswordOptions } from "./passwords/password-options.ts";
export type { SigningKeyInfo, SigningKeys } from "./tokens/keys/signing-keys.ts";
export type { KeyImport, KeyRetirement, KeySuccession } from "./tokens/keys/key-changes.ts";
export type { SignedInProcedure } from "./signed-in.ts";
export {
  type AuthMigrationReversal,
  type AuthMigrationStatus,
  migrateAuth,
  readAuthMigrations,
  undoAuthMigration,
} from "./repositories/migrate.ts";
export type { SessionRecord } from "./repositories/sessions.ts";
export type { UserRecord } from "./repositories/users.ts";
export { lowerCaseUuidSchema } from "./text-rules.ts";
export {
  DamagedKeyError,
  InvalidAuthOptionsError,
  NotStartedError,
  SecretMismatchError,
} from "./start-errors.ts";
export { WeakKeyError } from "./tokens/keys/weak-key-error.ts";
