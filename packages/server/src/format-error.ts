import { WriteThroughError } from "@portcullis/write-through";
import type { TRPCErrorFormatter, TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODE_NUMBER } from "@trpc/server";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { z } from "zod";
import type { AuthContext } from "./context/auth-context.ts";
import type { ErrorData, ErrorShape, InputIssue } from "./contract.ts";
import type { ErrorCode } from "./error-codes.ts";
import { errorTable, PortcullisError } from "./errors.ts";
import type { ErrorFacts } from "./errors.ts";
import type { AuthEvent } from "./events.ts";
import { judgeFault } from "./repositories/database-fault.ts";
import { requestIdOf } from "./request-ids.ts";

/** {@link ErrorShape} with the code's type as narrow as tRPC asks of a formatter. */
export interface FormattedError extends ErrorShape {
  readonly code: TRPC_ERROR_CODE_NUMBER;
}

const issuesMax = 10;
const issueTextMax = 200;

/** Reasons that say something is wrong with us and not with the call: the log is told of them. */
const faults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "internal",
  "outcome_unknown",
  "overloaded",
  "revocation_unavailable",
  "unavailable",
]);

/** Makes the formatter through which every error leaves; texts of unexpected errors stay inside. */
export function createFormatError(
  report: (event: AuthEvent) => void,
): TRPCErrorFormatter<AuthContext, FormattedError> {
  return ({ error, path, ctx, type }) => {
    const requestId = ctx?.requestId ?? requestIdOf(error);
    const told = tell(error, type, ctx !== undefined);
    if (faults.has(told.reason)) {
      report({
        kind: "call_failed",
        requestId,
        reason: told.reason,
        path,
        error: error.cause ?? error,
      });
    }
    return {
      code: TRPC_ERROR_CODES_BY_KEY[told.status],
      message: told.message,
      data: {
        code: told.status,
        httpStatus: getHTTPStatusCodeFromError(new TRPCError({ code: told.status })),
        ...(path !== undefined && { path }),
        reason: told.reason,
        requestId,
        ...(told.issues !== undefined && { issues: told.issues }),
        ...told.facts,
        // Which facts belong to which reason is kept where the errors are thrown.
      } as ErrorData,
    };
  };
}

/** What clients are told of an error. */
interface Told {
  readonly reason: ErrorCode;
  readonly status: TRPC_ERROR_CODE_KEY;
  readonly message: string;
  readonly issues?: readonly InputIssue[];
  readonly facts?: ErrorFacts;
}

type CallType = Parameters<TRPCErrorFormatter<AuthContext, FormattedError>>[0]["type"];

/** @param hasContext whether the request got as far as its context. */
function tell(error: TRPCError, type: CallType, hasContext: boolean): Told {
  if (error instanceof PortcullisError) {
    return { ...fromTable(error.reason, error.code), facts: error.facts };
  }
  if (error.cause instanceof WriteThroughError) return fromTable(reasonOfCache(error.cause));
  switch (error.code) {
    case "INTERNAL_SERVER_ERROR":
      return fromTable(reasonOfFault(error.cause, type));
    case "BAD_REQUEST":
    case "PARSE_ERROR":
      if (error.cause instanceof z.core.$ZodError) {
        return { ...fromTable("input_invalid"), issues: listIssues(error.cause.issues) };
      }
      if (error.cause !== undefined) return fromTable("input_invalid");
      break;
    default:
  }
  const refused = fromTable("request_refused", error.code);
  // An application's own refusal keeps its text. tRPC's own texts repeat what was sent, and so do
  // those with a cause, whose message they take over.
  const isFromProcedure = hasContext && type !== "unknown";
  const isApplications =
    isFromProcedure && error.cause === undefined && error.code !== "METHOD_NOT_SUPPORTED";
  return isApplications ? { ...refused, message: error.message } : refused;
}

function fromTable(reason: ErrorCode, status?: TRPC_ERROR_CODE_KEY): Told {
  const entry = errorTable[reason];
  return { reason, status: status ?? entry.status, message: entry.message };
}

/** An application's own SQL may commit before its answer is lost, and nobody here has seen it do so. */
function reasonOfFault(cause: unknown, type: CallType): ErrorCode {
  switch (judgeFault(cause)) {
    case undefined:
      return "internal";
    case "nothing_done":
      return "unavailable";
    case "no_answer":
      return type === "mutation" ? "outcome_unknown" : "unavailable";
  }
}

export function reasonOfCache({ code }: WriteThroughError): ErrorCode {
  switch (code) {
    case "contention":
      return "revocation_unavailable";
    case "outcome_unknown":
      return "outcome_unknown";
    case "database_unavailable":
    case "deadline_exceeded":
    case "not_running":
      return "unavailable";
    case "invalid_key":
    case "invalid_options":
    case "undeclared_write":
    case "unfit_server":
      return "internal";
  }
}

/** Says which field and which rule; never what was sent, nor keys that a caller made up. */
export function listIssues(issues: readonly z.core.$ZodIssue[]): InputIssue[] {
  return issues.slice(0, issuesMax).map((issue) => ({
    path: issue.path.map(String).join(".").slice(0, issueTextMax),
    message:
      issue.code === "unrecognized_keys" ? "Unknown field" : issue.message.slice(0, issueTextMax),
  }));
}
