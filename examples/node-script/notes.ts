import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createPortcullisClient, isPortcullisError } from "@portcullis/client";
import type { AppRouter } from "./router.ts";
import { sessionFile } from "./session-file.ts";

const usage = `notes register EMAIL PASSWORD   ask for an account; the mail has a token
notes verify TOKEN PASSWORD     open it
notes login EMAIL PASSWORD
notes add TEXT | notes list
notes logout                    this device
notes logout --everywhere       every device, at once`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { everywhere: { type: "boolean", default: false } },
});
const [command, first = "", second = ""] = positionals;

const { api, session } = createPortcullisClient<AppRouter>({
  url: process.env["NOTES_URL"] ?? "http://127.0.0.1:4000/trpc",
  storage: sessionFile(
    process.env["NOTES_SESSION"] ?? join(homedir(), ".config/notes/session.json"),
  ),
});

try {
  console.log(await run());
} catch (error) {
  console.error(isPortcullisError(error) ? explain(error.data) : String(error));
  process.exitCode = 1;
} finally {
  session.close();
}

async function run(): Promise<string> {
  switch (command) {
    case "register":
      await api.auth.register.mutate({ email: first, password: second, name: "Ada" });
      return "Look into your mail.";
    case "verify":
      await api.auth.verifyEmail.mutate({ token: first, password: second });
      return "Now log in.";
    case "login": {
      const { user } = await api.auth.login.mutate({ email: first, password: second });
      return `Hello ${user.name}.`;
    }
    case "add":
      return `${await api.notes.add.mutate({ text: first })} notes`;
    case "list":
      return (await api.notes.list.query()).join("\n");
    case "logout":
      await (values.everywhere ? api.auth.logoutEverywhere.mutate() : api.auth.logout.mutate());
      return "Logged out.";
    default:
      return usage;
  }
}

function explain(refusal: {
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}): string {
  switch (refusal.reason) {
    case "unauthenticated":
    case "token_revoked":
    case "refresh_token_invalid":
      return "You are not logged in (any more): notes login";
    case "rate_limited":
      return `Too often: try again in ${refusal.retryAfterSeconds} s.`;
    default:
      return refusal.reason;
  }
}
