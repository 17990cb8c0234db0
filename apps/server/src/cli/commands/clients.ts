import type { Auth } from "@portcullis/server";
import { defineCommand } from "citty";
import { done, failed, notTried, type CommandOutcome } from "../command-outcome.ts";
import { askingArgs, commonArgs } from "../common-args.ts";
import { refuseUnlessConfirmed } from "../confirm.ts";
import type { CommandContext } from "../context.ts";
import { alignColumns, formatTime } from "../text.ts";
import { withAuth } from "../with-auth.ts";

type Clients = Auth["oauthClients"];

export function clientCommands(context: CommandContext) {
  return defineCommand({
    meta: {
      name: "portcullis clients",
      description: "Other services that may introspect and revoke tokens: list, create, revoke",
    },
    subCommands: {
      list: defineCommand({
        meta: { name: "list", description: "Show the services, newest first" },
        args: commonArgs,
        run: () => withAuth(context, (auth) => listClients(auth.oauthClients)),
      }),
      create: defineCommand({
        meta: { name: "create", description: "Let a service in; its secret is shown once" },
        args: {
          name: { type: "positional", required: true, description: "What to call it" },
          ...commonArgs,
        },
        run: ({ args: { name } }) =>
          withAuth(context, (auth) => createClient(auth.oauthClients, name)),
      }),
      revoke: defineCommand({
        meta: { name: "revoke", description: "Refuse a service from its next call on" },
        args: {
          id: { type: "positional", required: true, description: "Client id, client-..." },
          ...askingArgs,
        },
        async run({ args: { id, yes } }) {
          const question =
            "Refuse this service from its next call on? Its secret can not come back.";
          return (
            (await refuseUnlessConfirmed(context.terminal, question, yes)) ??
            (await withAuth(context, (auth) => revokeClient(auth.oauthClients, id)))
          );
        },
      }),
    },
  });
}

async function listClients(clients: Clients): Promise<CommandOutcome> {
  const found = await clients.list();
  const data = found.map((client) => ({
    ...client,
    createdAt: new Date(client.createdAt).toISOString(),
  }));
  if (found.length === 0) return done({ clients: data }, ["There are none."]);
  return done({ clients: data }, [
    ...alignColumns([
      ["CLIENT ID", "CREATED", "NAME"],
      ...found.map(({ clientId, createdAt, name }) => [clientId, formatTime(createdAt), name]),
    ]),
  ]);
}

async function createClient(clients: Clients, name: string): Promise<CommandOutcome> {
  const outcome = await clients.create(name);
  switch (outcome.kind) {
    case "name_invalid":
      return notTried(
        "input_invalid",
        "NAME must have 1 to 100 characters, and no control characters.",
      );
    case "too_many":
      return failed("too_many_clients", "There are as many as there may be: revoke one first.");
    case "created": {
      const { clientId, clientSecret } = outcome;
      return done({ clientId, clientSecret }, [
        ...alignColumns([
          ["client id", clientId],
          ["client secret", clientSecret],
        ]),
        "Keep the secret: it is not stored here, and can not be shown again.",
      ]);
    }
  }
}

async function revokeClient(clients: Clients, clientId: string): Promise<CommandOutcome> {
  if (await clients.revoke(clientId)) {
    return done({ clientId }, [`Revoked ${clientId}: every node refuses it.`]);
  }
  return failed(
    "client_unknown",
    "There is no such service; `clients list` shows those there are.",
  );
}
