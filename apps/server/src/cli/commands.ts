import { defineCommand } from "citty";
import { clientCommands } from "./commands/clients.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { keyCommands } from "./commands/keys.ts";
import { migrateCommands } from "./commands/migrate.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { userCommands } from "./commands/user.ts";
import type { CommandContext } from "./context.ts";

/** The table of contents of the command line. */
export function createCommands(context: CommandContext) {
  return defineCommand({
    meta: { name: "portcullis", description: "Portcullis, for operators" },
    subCommands: {
      migrate: migrateCommands(context),
      keys: keyCommands(context),
      user: userCommands(context),
      tokens: tokenCommands(context),
      clients: clientCommands(context),
      doctor: doctorCommand(context),
    },
  });
}
