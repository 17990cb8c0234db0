import type { Auth, InputRefusal, UserReport, UserSummary } from "@portcullis/server";
import { defineCommand } from "citty";
import { done, failed, notTried, type CommandOutcome } from "../command-outcome.ts";
import { askingArgs, commonArgs } from "../common-args.ts";
import { refuseUnlessConfirmed } from "../confirm.ts";
import type { CommandContext } from "../context.ts";
import { readNewPassword } from "../new-password.ts";
import { alignColumns, formatTime } from "../text.ts";
import { withAuth } from "../with-auth.ts";

const emailArg = {
  email: { type: "positional", required: true, description: "The user's email" },
} as const;

export function userCommands(context: CommandContext) {
  const { terminal } = context;
  return defineCommand({
    meta: {
      name: "portcullis user",
      description: "Users: create-admin, show, ban, unban, logout",
    },
    subCommands: {
      "create-admin": defineCommand({
        meta: {
          name: "create-admin",
          description: "Make an admin; asks for the password, which is not shown",
        },
        args: {
          email: { type: "string", required: true, description: "Email to log in with" },
          name: { type: "string", required: true, description: "Name to show" },
          "password-stdin": {
            type: "boolean",
            description: "Take all that is piped in for the password, but a line end at its end",
          },
          ...commonArgs,
        },
        async run({ args: { email, name, "password-stdin": fromStdin } }) {
          const answer = await readNewPassword(terminal, fromStdin === true);
          if (answer.kind === "refused") return answer;
          const { password } = answer;
          return await withAuth(context, (auth) => createAdmin(auth, { email, name, password }));
        },
      }),
      show: defineCommand({
        meta: { name: "show", description: "Show a user" },
        args: { ...emailArg, ...commonArgs },
        run: ({ args: { email } }) =>
          withAuth(context, async ({ console }) => {
            const outcome = await console.showUser(email);
            if (outcome.kind === "not_found") return noSuchUser();
            const { kind: _, ...report } = outcome;
            return done(report, describeUser(report));
          }),
      }),
      ban: defineCommand({
        meta: { name: "ban", description: "End a user's sessions and refuse their logins" },
        args: {
          ...emailArg,
          reason: { type: "string", required: true, description: "Why, for the audit log" },
          until: {
            type: "string",
            description: "End of the ban, as 2030-01-31T12:00:00Z; for good without it",
            valueHint: "time",
          },
          ...askingArgs,
        },
        async run({ args: { email, reason, until, yes } }) {
          const question = "Ban this user and end all their sessions?";
          return (
            (await refuseUnlessConfirmed(terminal, question, yes)) ??
            (await withAuth(context, (auth) => banUser(auth, { email, reason, expiresAt: until })))
          );
        },
      }),
      unban: defineCommand({
        meta: { name: "unban", description: "Let a banned user log in again" },
        args: { ...emailArg, ...commonArgs },
        run: ({ args: { email } }) =>
          withAuth(context, async ({ console }) => {
            const outcome = await console.unbanUser(email);
            if (outcome.kind === "not_found") return noSuchUser();
            const { user } = outcome;
            return done({ user }, [`${user.email} may log in again; tokens of before stay dead.`]);
          }),
      }),
      logout: defineCommand({
        meta: { name: "logout", description: "End all sessions of a user" },
        args: { ...emailArg, ...askingArgs },
        async run({ args: { email, yes } }) {
          const question = "End all sessions of this user?";
          return (
            (await refuseUnlessConfirmed(terminal, question, yes)) ??
            (await withAuth(context, async ({ console }) => {
              const outcome = await console.logOutUser(email);
              if (outcome.kind === "not_found") return noSuchUser();
              const { user } = outcome;
              return done({ user }, [`Logged ${user.email} out: no node takes a token of before.`]);
            }))
          );
        },
      }),
    },
  });
}

async function createAdmin(
  { console }: Auth,
  admin: { readonly email: string; readonly name: string; readonly password: string },
): Promise<CommandOutcome> {
  const outcome = await console.createAdmin(admin);
  switch (outcome.kind) {
    case "created":
      return done(outcome, [`Created the admin ${admin.email}, who can log in.`]);
    case "promoted":
      return done(outcome, [
        `${admin.email} was a user already, and is an admin from now on.`,
        "Name and password are as before: what was given here was not used.",
      ]);
    case "refused":
      return failed(`user_${outcome.why}`, refusals[outcome.why]);
    case "password_refused":
      return failed(
        "password_refused",
        `Nothing was changed: the password is too easy to guess (${outcome.why}). Choose another one.`,
      );
    case "input_invalid":
      return inputInvalid(outcome);
  }
}

const refusals = {
  unverified:
    "Nothing was changed: a user has this email who has not shown that it is theirs. Let them verify it first.",
  banned: "Nothing was changed: the user of this email is banned. Unban them first.",
};

async function banUser(
  { console }: Auth,
  ban: Parameters<Auth["console"]["banUser"]>[0],
): Promise<CommandOutcome> {
  const outcome = await console.banUser(ban);
  switch (outcome.kind) {
    case "banned": {
      const { user } = outcome;
      const end = user.ban?.expiresAt;
      const until = end === undefined || end === null ? "for good" : `until ${end}`;
      return done({ user }, [`Banned ${user.email} ${until}: no node takes a token of theirs.`]);
    }
    case "not_found":
      return noSuchUser();
    case "input_invalid":
      return inputInvalid(outcome);
  }
}

function noSuchUser(): CommandOutcome {
  return failed("user_not_found", "There is no user with this email.");
}

/** Which flags the fields of the console are here. */
const flags: Readonly<Record<string, string>> = {
  name: "--name: ",
  reason: "--reason: ",
  expiresAt: "--until: ",
};

function inputInvalid({ issues }: InputRefusal): CommandOutcome {
  const [issue] = issues;
  const flag = flags[issue?.path ?? ""] ?? "";
  return notTried("input_invalid", `Nothing was changed. ${flag}${issue?.message}`);
}

function describeUser({ user, liveSessions }: UserReport): string[] {
  return alignColumns([
    ["id", user.id],
    ["email", `${user.email} (${user.emailVerified ? "verified" : "not verified"})`],
    ["name", user.name],
    ["role", user.role],
    ["created", formatTime(Date.parse(user.createdAt))],
    ["ban", describeBan(user)],
    ["sessions", String(liveSessions)],
  ]);
}

function describeBan({ ban }: UserSummary): string {
  if (ban === null) return "none";
  const until = ban.expiresAt === null ? "for good" : `until ${ban.expiresAt}`;
  return `${until}, since ${ban.bannedAt}: ${ban.reason ?? "no reason is noted"}`;
}
