import { PortcullisError, type Auth, type AuthContext } from "@portcullis/server";
import { TRPCError } from "@trpc/server";
import type { LabAnswer, LabDescription, LabWrite } from "../contract.ts";
import type { Root } from "../trpc.ts";
import type { Lab } from "./lab.ts";
import { lastWriteInput } from "./lab-input.ts";
import { liveBeats } from "./live-beats.ts";
import { checkStateless, type StatelessClaims } from "./stateless-check.ts";

/**
 * The procedures of the revocation lab: the real check, and beside it the two that are usual, so that
 * one sees for how long these go on accepting what was revoked. They tell nothing but the node's name
 * and the time.
 */
export function createLabProcedures(t: Root, auth: Auth, lab: Lab) {
  const { node, presentedTokens, rememberedUsers, tracedWrites, now } = lab;
  const signedIn = t.procedure.concat(auth.signedIn);
  const answer = (): LabAnswer => ({ node, answeredAtMs: now() });

  async function requireStateless(ctx: AuthContext): Promise<StatelessClaims> {
    const token = presentedTokens.of(ctx);
    if (token === undefined) throw new PortcullisError("unauthenticated");
    const outcome = await checkStateless(token, { ...lab.tokenRules, jwks: auth.jwks, now });
    if (outcome.kind === "refused") throw new PortcullisError(outcome.reason);
    return outcome.claims;
  }

  async function requireCached(ctx: AuthContext): Promise<void> {
    const { sub, ver } = await requireStateless(ctx);
    const remembered = rememberedUsers.tokenVersionOf(sub);
    if (remembered === ver) return;
    if (remembered !== undefined && remembered > ver) throw new PortcullisError("token_revoked");
    // What is not remembered, or has a newer token, is looked at; that it holds says which version it is.
    const checked = await ctx.checkAccessToken();
    if (checked.kind === "refused") throw new PortcullisError(checked.reason);
    if (checked.kind === "anonymous") throw new PortcullisError("unauthenticated");
    rememberedUsers.remember(sub, ver);
  }

  return {
    describe: t.procedure.query((): LabDescription => lab.description),
    checked: signedIn.query(answer),
    /** To be compared with `checked` only: it accepts what was revoked until it expires. */
    stateless: t.procedure.query(async ({ ctx }) => {
      await requireStateless(ctx);
      return answer();
    }),
    /** To be compared with `checked` only: it accepts what was revoked for five minutes. */
    cached: t.procedure.query(async ({ ctx }) => {
      await requireCached(ctx);
      return answer();
    }),
    live: signedIn.subscription(({ signal }) => liveBeats(node, signal)),
    traceWrites: signedIn.mutation(({ ctx: { auth: caller } }) => {
      const rows = [auth.userKey(caller.user.id), auth.sessionKey(caller.session.id)];
      return { traceId: tracedWrites.expect(rows) };
    }),
    lastWrite: t.procedure.input(lastWriteInput).query(({ input }): LabWrite => {
      const trace = tracedWrites.find(input.traceId);
      if (trace === undefined) {
        throw new TRPCError({
          code: "NOT_FOUND",
          message: "There is no such write, or it was more than a minute ago.",
        });
      }
      // Which rows they were, the caller knows.
      const { rows: _rows, ...steps } = trace;
      return { node, ...steps };
    }),
  };
}
