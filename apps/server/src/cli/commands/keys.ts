import { createReadStream } from "node:fs";
import path from "node:path";
import type { Auth } from "@portcullis/server";
import { defineCommand } from "citty";
import { done, failed, type CommandOutcome } from "../command-outcome.ts";
import { askingArgs, commonArgs } from "../common-args.ts";
import { refuseUnlessConfirmed } from "../confirm.ts";
import type { CommandContext } from "../context.ts";
import { alignColumns, formatTime } from "../text.ts";
import { withAuth } from "../with-auth.ts";

type Keys = Auth["keys"];
type KeyInfo = Awaited<ReturnType<Keys["list"]>>[number];

/** One above what the library takes, so that it is the library that refuses. */
const fileBytesMax = 8193;

export function keyCommands(context: CommandContext) {
  return defineCommand({
    meta: {
      name: "portcullis keys",
      description: "The keys that sign access tokens: list, rotate, retire, import",
    },
    subCommands: {
      list: defineCommand({
        meta: { name: "list", description: "Show the signing keys, newest first" },
        args: commonArgs,
        run: () => withKeys(context, listKeys),
      }),
      rotate: defineCommand({
        meta: { name: "rotate", description: "Publish a new key, which signs in 10 minutes" },
        args: commonArgs,
        run: () => withKeys(context, rotateKeys),
      }),
      retire: defineCommand({
        meta: { name: "retire", description: "Take a key out of use at once: it may have leaked" },
        args: {
          kid: { type: "positional", required: true, description: "Key id, as `keys list` has it" },
          ...askingArgs,
        },
        async run({ args: { kid, yes } }) {
          const question =
            "Take this key out of use? Everybody whose token it signed has to refresh, and it can not come back.";
          return (
            (await refuseUnlessConfirmed(context.terminal, question, yes)) ??
            (await withKeys(context, (keys) => retireKey(keys, kid)))
          );
        },
      }),
      import: defineCommand({
        meta: { name: "import", description: "Publish a key of yours, which signs in 10 minutes" },
        args: {
          file: {
            type: "positional",
            required: true,
            description: "A private JWK, or PKCS#8 in PEM, unencrypted",
          },
          ...commonArgs,
        },
        async run({ args: { file } }) {
          const read = await readKeyFile(file, context);
          if (read.kind === "unreadable") {
            return failed("file_unreadable", `The file can not be read: ${read.why}.`);
          }
          return await withKeys(context, (keys) => importKey(keys, read.text));
        },
      }),
    },
  });
}

/** The keys can be used once it is known that the secret opens them. */
async function withKeys(
  context: CommandContext,
  work: (keys: Keys) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  return await withAuth(context, async (auth) => {
    await auth.start();
    return await work(auth.keys);
  });
}

async function listKeys(keys: Keys): Promise<CommandOutcome> {
  const found = await keys.list();
  return done({ keys: found.map(viewKey) }, [
    ...alignColumns([
      ["STATE", "KEY ID", "ALGORITHM", "SIGNS FROM", "SIGNS UNTIL"],
      ...found.map(({ state, kid, algorithm, activatesAt, retiredAt }) => [
        state,
        kid,
        algorithm,
        formatTime(activatesAt),
        retiredAt === null ? "-" : formatTime(retiredAt),
      ]),
    ]),
  ]);
}

function viewKey({ createdAt, activatesAt, retiredAt, ...key }: KeyInfo) {
  return {
    ...key,
    createdAt: new Date(createdAt).toISOString(),
    activatesAt: new Date(activatesAt).toISOString(),
    retiredAt: retiredAt === null ? null : new Date(retiredAt).toISOString(),
  };
}

async function rotateKeys(keys: Keys): Promise<CommandOutcome> {
  const { kind, kid, activatesAt } = await keys.rotate();
  if (kind === "published") return tellPublished(kid, activatesAt);
  const data = { kind, kid, activatesAt: new Date(activatesAt).toISOString() };
  return done(data, [
    `Nothing was changed: ${kid} is published already and signs from ${formatTime(activatesAt)}.`,
  ]);
}

async function importKey(keys: Keys, text: string): Promise<CommandOutcome> {
  const outcome = await keys.import(text);
  switch (outcome.kind) {
    case "published":
      return tellPublished(outcome.kid, outcome.activatesAt);
    case "already_waiting":
      return failed(
        "key_waiting",
        `Nothing was changed: ${outcome.kid} waits for its turn. Import yours when that signs, from ${formatTime(outcome.activatesAt)}, or retire it first.`,
      );
    case "known":
      return failed(
        "key_known",
        `Nothing was changed: ${outcome.kid} is one of the keys, or was one.`,
      );
  }
}

function tellPublished(kid: string, activatesAt: number): CommandOutcome {
  const data = { kind: "published", kid, activatesAt: new Date(activatesAt).toISOString() };
  return done(data, [
    `Published ${kid}, which signs from ${formatTime(activatesAt)}.`,
    "Nobody has to refresh: the key before it goes on to verify until its tokens are over.",
  ]);
}

async function retireKey(keys: Keys, kid: string): Promise<CommandOutcome> {
  const outcome = await keys.retire(kid);
  if (outcome.kind === "unknown") {
    return failed("key_unknown", "There is no key of this id; `keys list` shows those there are.");
  }
  const signing = (await keys.list()).find((key) => key.state === "active");
  return done({ ...outcome, signing: signing?.kid ?? null }, [
    `Retired ${kid}: no node takes a token of it any more.`,
    `${signing?.kid ?? "No key"} signs from now on.`,
    "Those whose tokens it signed have to refresh, which their clients do by themselves.",
    "Services that verify by the JWKS alone go on to take its tokens until they load it again, after 5 minutes at most.",
  ]);
}

type KeyFile =
  | { readonly kind: "read"; readonly text: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** pnpm runs scripts in the folder of their package; it says where it was called. */
async function readKeyFile(file: string, { environment }: CommandContext): Promise<KeyFile> {
  const place = path.resolve(environment["INIT_CWD"] ?? "", file);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(place, { end: fileBytesMax - 1 })) {
      chunks.push(Buffer.from(chunk as Uint8Array));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { kind: "unreadable", why: String(error.code) };
  }
  return { kind: "read", text: Buffer.concat(chunks).toString() };
}
