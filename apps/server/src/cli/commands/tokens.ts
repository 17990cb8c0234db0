import { defineCommand } from "citty";
import { done } from "../command-outcome.ts";
import { askingArgs } from "../common-args.ts";
import { refuseUnlessConfirmed } from "../confirm.ts";
import type { CommandContext } from "../context.ts";
import { withAuth } from "../with-auth.ts";

export function tokenCommands(context: CommandContext) {
  return defineCommand({
    meta: { name: "portcullis tokens", description: "All tokens there are: revoke-all" },
    subCommands: {
      "revoke-all": defineCommand({
        meta: { name: "revoke-all", description: "End every session and token of everybody" },
        args: askingArgs,
        async run({ args: { yes } }) {
          const question = "End every session there is? Everybody has to log in again.";
          return (
            (await refuseUnlessConfirmed(context.terminal, question, yes)) ??
            (await withAuth(context, async ({ console }) => {
              const { tokenEpoch } = await console.revokeAllTokens();
              return done({ tokenEpoch }, [
                "Every session has ended: no node takes a token of before.",
                "Everybody has to log in again.",
              ]);
            }))
          );
        },
      }),
    },
  });
}
