import type { LoadAnswer, LoadRequest } from "../load.ts";
import { addressOf, userAgent } from "../stage/seeded-users.ts";

/** A call of a procedure, as tRPC's clients write it. */
export interface TrpcCall {
  readonly kind: string;
  /** `auth.me`; several with commas between them are a batch. */
  readonly procedure: string;
  /** By its number, the address that the call comes from. */
  readonly address: number;
  readonly token?: string | undefined;
  readonly input?: object | undefined;
  /** Default {@link judgeSuccess}. */
  readonly judge?: (answer: LoadAnswer) => string | undefined;
}

export function queryOf({ procedure, input, ...call }: TrpcCall): LoadRequest {
  const isBatch = procedure.includes(",");
  const parameters = [
    ...(isBatch ? ["batch=1"] : []),
    ...(input === undefined ? [] : [`input=${encodeURIComponent(JSON.stringify(input))}`]),
  ];
  const search = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return {
    kind: call.kind,
    method: "GET",
    path: `/trpc/${procedure}${search}`,
    headers: headersOf(call),
    judge: call.judge ?? judgeSuccess,
  };
}

export function mutationOf({ procedure, input, ...call }: TrpcCall): LoadRequest {
  return {
    kind: call.kind,
    method: "POST",
    path: `/trpc/${procedure}`,
    headers: { ...headersOf(call), "content-type": "application/json" },
    ...(input !== undefined && { body: JSON.stringify(input) }),
    judge: call.judge ?? judgeSuccess,
  };
}

/** Every call of it was answered with a result. */
export function judgeSuccess({ status, body }: LoadAnswer): string | undefined {
  if (status !== 200) return String(status);
  return body.startsWith('{"result"') || body.startsWith('[{"result"') ? undefined : "no result";
}

/** The result of a call that was answered with one. */
export function resultOf({ body }: LoadAnswer): unknown {
  return (JSON.parse(body) as { result: { data: unknown } }).result.data;
}

function headersOf({
  address,
  token,
}: Pick<TrpcCall, "address" | "token">): Record<string, string> {
  return {
    "user-agent": userAgent,
    "x-forwarded-for": addressOf(address),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}
