import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** What the product's own code may use of cryptography, SQL and the network, read from its source. */
const root = fileURLToPath(new URL("../..", import.meta.url));

const sources = globSync(
  ["packages/{server,client,react,write-through}/src/**/*.ts", "apps/{server,web}/src/**/*.ts"],
  {
    cwd: root,
  },
)
  .filter((file) => !/\.test\.ts$|\/test-[^/]*\.ts$|node_modules/.test(file))
  .map((file) => ({ file, text: readFileSync(`${root}${file}`, "utf8") }));

/** Without comments, where anything may be spoken of. */
const code = sources.map(({ file, text }) => ({
  file,
  text: text.replaceAll(/\/\*[^]*?\*\/|(?<![:"'`\w/])\/\/.*$/gm, ""),
}));

/** Where a pattern stands, as `file: what`. */
function findAll(pattern: RegExp): string[] {
  return code.flatMap(({ file, text }) =>
    Array.from(text.matchAll(pattern), ([whole, part]) => `${file}: ${part ?? whole}`),
  );
}

/** The names that are imported of a module, wherever. */
function importsOf(module: string): Set<string> {
  const clause = new RegExp(`import (?!type)(?:\\w+, )?\\{([^}]*)\\} from "${module}"`, "g");
  const names = code.flatMap(({ text }) =>
    Array.from(text.matchAll(clause), ([, list = ""]) => list.split(",")),
  );
  return new Set(
    names
      .flat()
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type ")),
  );
}

test("the sources are found", () => {
  expect(sources.length).toBeGreaterThan(150);
  expect(importsOf("node:crypto").size).toBeGreaterThan(5);
});

describe("V11.2.1 V11.1.2 cryptography is Node's, jose's and argon2's, and only what the page lists", () => {
  test("of Node", () => {
    expect(importsOf("node:crypto")).toEqual(
      new Set([
        "createCipheriv",
        "createDecipheriv",
        "createHash",
        "createHmac",
        "createPrivateKey",
        "hkdfSync",
        "randomBytes",
        "randomInt",
        "randomUUID",
        "timingSafeEqual",
      ]),
    );
  });

  test("8725-3.3 8725-3.6 of jose: signatures, and no encryption, compression or key from a URL", () => {
    expect(importsOf("jose")).toEqual(
      new Set([
        "CompactSign",
        "SignJWT",
        "calculateJwkThumbprint",
        "compactVerify",
        "createLocalJWKSet",
        "errors",
        "exportJWK",
        "generateKeyPair",
        "importJWK",
        // For the lab, which shows what a check of the token alone accepts.
        "jwtVerify",
      ]),
    );
  });

  test("PS-3 of argon2, and no other hash of passwords", () => {
    expect(importsOf("@node-rs/argon2")).toEqual(new Set(["hash", "hashRaw", "verify"]));
    expect(findAll(/\b(?:bcrypt\w*|scrypt\w*|pbkdf2\w*)\b/gi)).toEqual([]);
  });

  test("V11.3.1 V11.3.2 V11.3.3 V11.3.5 one cipher, which authenticates", () => {
    const ciphers = findAll(/create(?:Cipher|Decipher)iv\("([^"]+)"/g);
    expect(ciphers).toEqual([
      "packages/server/src/tokens/keys/seal.ts: aes-256-gcm",
      "packages/server/src/tokens/keys/seal.ts: aes-256-gcm",
    ]);
    expect(findAll(/\becb\b|\bcbc\b|pkcs1|RSA_PKCS1\w*|"RS\d+"|"PS\d+"|"HS\d+"/gi)).toEqual([]);
  });

  test("V11.4.1 V11.4.3 hashes have 256 bits, but for two names that others gave in SHA-1", () => {
    const digests = findAll(/(?:createHash|createHmac|hkdfSync)\("([^"]+)"/g);
    const isWeak = (place: string): boolean => !place.endsWith(": sha256");
    expect(digests.filter(isWeak).toSorted()).toEqual([
      // The index of collections of breached passwords.
      "packages/server/src/passwords/password-policy.ts: sha1",
      // The name of a script in Redis.
      "packages/write-through/src/redis/script-runner.ts: sha1",
    ]);
    expect(digests.length).toBeGreaterThan(4);
    expect(findAll(/\bmd5\b/gi)).toEqual([]);
  });

  test("V6.5.3 chance is the operating system's", () => {
    expect(findAll(/Math\.random|\bseedrandom\b/g)).toEqual([]);
  });

  test("V11.2.4 what is secret is compared by timingSafeEqual, or looked up by its hash", () => {
    const compared =
      /\b\w*(?:secret|hash|password|signature|digest|mac)\w*(?:\(\w*\))? [!=]==? (?!undefined|null|"|\d)[\w.]+/gi;
    const places = findAll(compared).filter((place) => place.startsWith("packages/"));
    expect(places.toSorted()).toEqual(comparisonsOfNoSecret.toSorted());
  });
});

/** Comparisons that look as if their time told a secret, and why it does not. */
const comparisonsOfNoSecret = [
  // A stored hash with itself, of a moment before.
  "packages/server/src/accounts/change-password.ts: passwordHash !== found.passwordHash",
  "packages/server/src/sessions/open-session.ts: passwordHash !== verifiedHash",
  // Two fields of one input.
  "packages/server/src/accounts/change-password-input.ts: newPassword !== input.currentPassword",
];

test("DB-03 V1.2.4 SQL is made by Kysely, in the repositories, and never of text", () => {
  const makesSql = /\bsql(?:<[^`]*>)?`|\b(?:selectFrom|insertInto|updateTable|deleteFrom)\(/;
  const elsewhere = code.filter(
    ({ file, text }) => makesSql.test(text) && !placesOfSql.some((place) => file.startsWith(place)),
  );
  expect(elsewhere.map(({ file }) => file)).toEqual([]);
  // DDL takes no parameters: one place makes literals, of names that it has matched before.
  expect(findAll(/\bsql\.(?:raw|lit|ref)\b|\bdynamic\.ref\b/g)).toEqual([
    "packages/write-through/src/postgres/guard.ts: sql.lit",
  ]);
  expect(findAll(/\.query\(\s*[`"]/g)).toEqual([]);
});

const placesOfSql = [
  "packages/server/src/repositories/",
  "packages/write-through/src/postgres/",
  "apps/server/src/posts/",
  // What the command line asks of the server itself.
  "apps/server/src/cli/",
  // "select 1", to see whether somebody answers.
  "apps/server/src/open-storage.ts",
  "apps/server/src/service.ts",
];

test("V13.2.4 V13.1.1 V9.1.3 nobody is called but Postgres, Redis and the mail server", () => {
  const own = code.filter(({ file }) => !/^(?:packages\/client|apps\/web)\//.test(file));
  const imported =
    /from "(node:(?:https?|http2|net|tls|dns|dgram)|pg|@redis\/client|nodemailer|undici|axios|got)"/g;
  const modules = own.flatMap(({ text }) =>
    Array.from(text.matchAll(imported), ([, name]) => name),
  );
  // node:http listens, and of node:net comes what an address is.
  const known = ["node:http", "node:net", "pg", "@redis/client", "nodemailer"];
  expect(new Set(modules)).toEqual(new Set(known));
  expect(importsOf("node:net")).toEqual(new Set(["isIP"]));
  // WebSockets are taken, and opened to nobody.
  expect(importsOf("ws")).toEqual(new Set(["WebSocket", "WebSocketServer"]));
  expect(own.filter(({ text }) => /\bnew (?:WebSocket|PacedSocket)\(/.test(text))).toEqual([]);
  const fetching = (files: readonly { readonly file: string; readonly text: string }[]) =>
    files.filter(({ text }) => /(?<![.\w])fetch\(/.test(text)).map(({ file }) => file);
  expect(fetching(own)).toEqual([]);
  // The policy of the pages says where they may; past the SDK go the mails, and calls of the lab.
  expect(fetching(code.filter(({ file }) => file.startsWith("apps/web/"))).toSorted()).toEqual([
    "apps/web/src/lab/ask-with-token.ts",
    "apps/web/src/lab/control.ts",
    "apps/web/src/lab/device.ts",
    "apps/web/src/outbox/mails.ts",
  ]);
});

test("V14.3.3 V14.3.1 63B-5.1 the client keeps tokens in memory, and nothing anywhere else", () => {
  const places =
    /\b(?:localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open|cookieStore)\b/g;
  expect(code.some(({ file }) => file.startsWith("packages/client/"))).toBe(true);
  const files = new Set(findAll(places).map((place) => place.split(": ")[0]));
  // The web client remembers how it looks, and what somebody was writing.
  expect(files).toEqual(new Set(["apps/web/src/shell/theme.ts", "apps/web/src/posts/draft.ts"]));
});

test("V3.2.2 V3.2.3 pages are made by React of text, and read nothing off the document by name", () => {
  expect(code.some(({ file }) => file.startsWith("apps/web/src/"))).toBe(true);
  expect(
    findAll(
      /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|srcDoc|createContextualFragment|\bdocument\.(?:forms|all|images|anchors|embeds|links|scripts)\b/g,
    ),
  ).toEqual([]);
});

test("V4.2.1 V12.3.1 V16.2.3 nothing turns a defence of the platform off", () => {
  const weakenings =
    /insecureHTTPParser|rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED|(?<!\.)\beval\(|new Function\(|console\.(?:log|error|info|warn)\(|\bappendFile|createWriteStream/g;
  expect(findAll(weakenings)).toEqual([]);
});

test("V13.3.1 no key, token or password of anybody stands in the repository", () => {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  }).split("\n");
  const looksSecret =
    /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{80}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[baprs]-[A-Za-z0-9-]{20}|\bnpm_[A-Za-z0-9]{36}\b|\bsk_live_[A-Za-z0-9]{20}/;
  const found = files.filter(
    (file) =>
      file !== "" &&
      /\.(?:ts|js|json|md|ya?ml|env|pem|txt|sh)$|Dockerfile/.test(file) &&
      looksSecret.test(readText(file)),
  );
  expect(files.length).toBeGreaterThan(300);
  // The certificate of a mail server that lives for one test.
  expect(found).toEqual(["packages/server/src/mail/test-certificate.ts"]);
  expect(files.filter((file) => /(?:^|\/)\.env(?:\.|$)|\.pem$|\.key$|id_rsa/.test(file))).toEqual(
    [],
  );
});

/** Deleted by somebody since it was listed: then it is not in the repository. */
function readText(file: string): string {
  try {
    return readFileSync(`${root}${file}`, "utf8");
  } catch {
    return "";
  }
}

/** The first version without a hole that was known when it was chosen. */
const versionsWithoutKnownHoles: Readonly<Record<string, string>> = {
  kysely: "0.28.17",
  "@trpc/server": "11.1.1",
  hono: "4.10.3",
  jose: "6.0.0",
  nodemailer: "7.0.7",
  pg: "8.16.0",
  "@redis/client": "5.0.0",
  ws: "8.17.1",
};

test("V15.2.1 DB-03 API-16 no version with a hole that is known is locked", () => {
  const lock = readText("pnpm-lock.yaml");
  for (const [name, least] of Object.entries(versionsWithoutKnownHoles)) {
    const entry = new RegExp(`^  '?${name}@(\\d+\\.\\d+\\.\\d+)[^\\n]*:$`, "gm");
    const locked = Array.from(lock.matchAll(entry), ([, version = ""]) => version);
    expect([name, locked.length > 0]).toEqual([name, true]);
    const older = locked.filter(
      (version) => version.localeCompare(least, "en", { numeric: true }) < 0,
    );
    expect([name, older]).toEqual([name, []]);
  }
});
