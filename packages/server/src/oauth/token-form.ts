import type { RefusalKind } from "./oauth-answers.ts";
import { readBody } from "./read-body.ts";

const bodyBytesMax = 8192;
const bodyTimeoutMs = 10_000;

/** The form of an introspection (RFC 7662, section 2.1) or a revocation (RFC 7009, section 2.1). */
export type TokenForm =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "refused"; readonly refusal: RefusalKind };

export async function readTokenForm(request: Request): Promise<TokenForm> {
  if (!isForm(request.headers)) return refused("media_type");
  const body = await readBody(request, bodyBytesMax, bodyTimeoutMs);
  return body.kind === "body" ? parseTokenForm(body.bytes.toString()) : refused(body.kind);
}

function isForm(headers: Headers): boolean {
  const type = headers.get("content-type");
  return (
    type !== null &&
    /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/i.test(type) &&
    headers.get("content-encoding") === null
  );
}

/**
 * Takes the one token out of a form. A `token_type_hint` may stand beside it and is not needed: the
 * kinds of tokens differ in their form. What else is there is ignored, as RFC 6749 asks, but not a
 * second way to authenticate.
 */
export function parseTokenForm(text: string): TokenForm {
  const form = new URLSearchParams(text);
  if (new Set(form.keys()).size !== form.size) return refused("parameter_twice");
  if (form.has("client_secret") || form.has("client_assertion")) {
    return refused("second_credentials");
  }
  const token = form.get("token") ?? "";
  return token === "" ? refused("token_missing") : { kind: "token", token };
}

function refused(refusal: RefusalKind): TokenForm {
  return { kind: "refused", refusal };
}
