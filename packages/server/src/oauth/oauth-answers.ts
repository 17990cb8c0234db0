/** Requests that are refused, each with its status and the error code of RFC 6749, section 5.2. */
const refusals = {
  not_post: { status: 405, error: "invalid_request", description: "Send a POST." },
  url_parameters: {
    status: 400,
    error: "invalid_request",
    description: "Parameters belong in the body: a URL is kept in logs.",
  },
  browser: {
    status: 403,
    error: "invalid_request",
    description: "This is for services and not for pages.",
  },
  client_unknown: { status: 401, error: "invalid_client", description: undefined },
  media_type: {
    status: 415,
    error: "invalid_request",
    description: "Send application/x-www-form-urlencoded without a content encoding.",
  },
  body_too_large: {
    status: 413,
    error: "invalid_request",
    description: "A body may have 8192 bytes.",
  },
  body_too_slow: {
    status: 408,
    error: "invalid_request",
    description: "A body has to arrive within 10 seconds.",
  },
  body_broken: {
    status: 400,
    error: "invalid_request",
    description: "The body ended before its end.",
  },
  parameter_twice: {
    status: 400,
    error: "invalid_request",
    description: "A parameter may come once only.",
  },
  second_credentials: {
    status: 400,
    error: "invalid_request",
    description: "Authenticate by the Authorization header alone.",
  },
  token_missing: {
    status: 400,
    error: "invalid_request",
    description: "The parameter token is missing.",
  },
} as const;

export type RefusalKind = keyof typeof refusals;

/** Answers depend on the moment and speak of secrets. */
const noStore = { "cache-control": "no-store" } as const;
/** After a fault. About as long as a revocation may have to wait for a node that died. */
const retryAfterSeconds = 5;

export function answerJson(
  body: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...noStore, "content-type": "application/json", ...headers },
  });
}

export function answerEmpty(): Response {
  return new Response(null, { status: 200, headers: noStore });
}

export function answerRefusal(kind: RefusalKind): Response {
  const { status, error, description } = refusals[kind];
  return answerJson(
    { error, ...(description !== undefined && { error_description: description }) },
    status,
    {
      ...(status === 405 && { allow: "POST" }),
      ...(status === 401 && { "www-authenticate": 'Basic realm="portcullis"' }),
    },
  );
}

export function answerRateLimited(waitSeconds: number): Response {
  return answerJson({ error: "temporarily_unavailable" }, 429, {
    "retry-after": String(waitSeconds),
  });
}

/** Nothing is known of the token, or nothing was done, or it may have been done: ask again. */
export function answerUnavailable(): Response {
  return answerJson({ error: "temporarily_unavailable" }, 503, {
    "retry-after": String(retryAfterSeconds),
  });
}

export function answerInternal(): Response {
  return answerJson({ error: "server_error" }, 500);
}
