import { createHmac, createPublicKey, sign as signBytes } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, importJWK } from "jose";
import type { CryptoKey, JWK } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOauthService } from "../../test/oauth-service.ts";
import type { OauthService } from "../../test/oauth-service.ts";
import { claimsOf, reasonOf, startWorld, testSecret } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import { deriveKeys } from "../derived-keys.ts";
import { unseal } from "./keys/seal.ts";

/**
 * Of all these tokens only the untouched one may be accepted, and none may cause a 500. Many are
 * signed with our own key: a JWS library takes them, so what refuses them is ours. 7662-4: each is
 * introspected too.
 */

let world: TestWorld;
let node: TestNode;
let service: OauthService;
let token: string;
let kid: string;
let ourKey: CryptoKey;
let ourPublicJwk: JWK;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  service = await createOauthService(node);
  ({ accessToken: token } = await node.signUp("target@example.test"));
  const row = await node.database
    .selectFrom("portcullis.signing_key")
    .selectAll()
    .executeTakeFirstOrThrow();
  kid = row.kid;
  ourPublicJwk = row.public_jwk as JWK;
  const opened = unseal(
    deriveKeys([testSecret], "signing-key-encryption")[0],
    kid,
    new Uint8Array(row.private_key_encrypted),
  );
  ourKey = (await importJWK(JSON.parse(opened?.toString() ?? "") as JWK, "EdDSA")) as CryptoKey;
});
afterAll(() => world[Symbol.asyncDispose]());

const encode = (text: string | Uint8Array): string => Buffer.from(text).toString("base64url");
const goodHeader = (): string => JSON.stringify({ alg: "EdDSA", kid, typ: "at+jwt" });
const goodClaims = (): string => JSON.stringify(claimsOf(token));

/** Signs any bytes as header and payload with our own key. */
async function signRaw(header: string | Uint8Array, payload: string | Uint8Array): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = await crypto.subtle.sign("Ed25519", ourKey, Buffer.from(input));
  return `${input}.${encode(new Uint8Array(signature))}`;
}

const withHeader = (changes: object): Promise<string> =>
  signRaw(JSON.stringify({ ...(JSON.parse(goodHeader()) as object), ...changes }), goodClaims());
const withClaims = (changes: object): Promise<string> =>
  signRaw(goodHeader(), JSON.stringify({ ...claimsOf(token), ...changes }));

async function refusal(value: string): Promise<string | undefined> {
  const answer = await node.query("auth.me", { headers: { authorization: `Bearer ${value}` } });
  expect(answer.status).toBe(401);
  await expectInactive(value);
  return reasonOf(answer);
}

/** What does not fit into a body is refused unread. */
async function expectInactive(value: string): Promise<void> {
  const { status, text } = await service.introspect(value);
  if (value.length < 8000) expect([status, text]).toEqual([200, '{"active":false}']);
  else expect(status).toBe(413);
}

test("the untouched token, and one made by the helpers of this file, are accepted", async () => {
  expect((await node.me(token)).status).toBe(200);
  expect((await node.me(await signRaw(goodHeader(), goodClaims()))).status).toBe(200);
  expect(JSON.parse((await service.introspect(token)).text)).toMatchObject({ active: true });
});

test.each([
  ["none", "none"],
  ["None", "None"],
  ["nOnE", "nOnE"],
  ["missing", undefined],
  ["null", null],
  ["an array", ["EdDSA"]],
  ["lower case", "eddsa"],
  ["Ed25519", "Ed25519"],
  ["ES256", "ES256"],
  ["ES384", "ES384"],
  ["RS256", "RS256"],
  ["PS256", "PS256"],
])("JWT-01 alg %s is refused, signed or not", async (_, alg) => {
  expect(await refusal(await withHeader({ alg }))).toBe("token_invalid");
  const header = encode(JSON.stringify({ alg, kid, typ: "at+jwt" }));
  expect(await refusal(`${header}.${encode(goodClaims())}.`)).toBe("token_invalid");
});

test("JWT-02 HS256 keyed with our public key, or with nothing, is refused", async () => {
  const pem = createPublicKey({ key: ourPublicJwk, format: "jwk" });
  const keys = [
    pem.export({ type: "spki", format: "pem" }).toString(),
    JSON.stringify(ourPublicJwk),
    "",
    "secret",
  ];
  for (const alg of ["HS256", "EdDSA"]) {
    const input = `${encode(JSON.stringify({ alg, kid, typ: "at+jwt" }))}.${encode(goodClaims())}`;
    for (const key of keys) {
      const signature = createHmac("sha256", key).update(input).digest("base64url");
      expect(await refusal(`${input}.${signature}`)).toBe("token_invalid");
    }
  }
});

test("JWT-03 a key of another algorithm is refused", async () => {
  const rsa = await generateKeyPair("RS256");
  const ec = await generateKeyPair("ES256");
  for (const [alg, { privateKey }] of [
    ["RS256", rsa],
    ["ES256", ec],
  ] as const) {
    const forged = await new SignJWT(claimsOf(token))
      .setProtectedHeader({ alg, kid, typ: "at+jwt" })
      .sign(privateKey);
    expect(await refusal(forged)).toBe("token_invalid");
  }
});

test("JWT-04 a key that the token brings or points to is refused, whoever signed", async () => {
  const attacker = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = await exportJWK(attacker.publicKey);
  for (const extra of [
    { jwk },
    { jku: "http://127.0.0.1:1/keys" },
    { x5u: "http://127.0.0.1:1/cert" },
    { x5c: ["MIIB"] },
  ]) {
    const forged = await new SignJWT(claimsOf(token))
      .setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt", ...extra })
      .sign(attacker.privateKey);
    expect(await refusal(forged)).toBe("token_invalid");
    expect(await refusal(await withHeader(extra))).toBe("token_invalid");
  }
});

test("JWT-05 a key id that is not one of ours is refused", async () => {
  const kids: unknown[] = [
    "../../dev/null",
    "' or 1=1 --",
    "__proto__",
    "A".repeat(43),
    { kid },
    [kid],
    7,
    null,
    undefined,
    `${kid}\n`,
    "k".repeat(100_000),
  ];
  for (const value of kids) {
    expect(await refusal(await withHeader({ kid: value }))).toBe("token_invalid");
  }
});

test("8725-3.10 nothing is fetched from where a token points to", async () => {
  const connections: string[] = [];
  const server = createServer((socket) => {
    connections.push("one");
    socket.destroy();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/keys`;
    for (const header of [{ jku: url }, { x5u: url }, { kid: url }, { iss: url }]) {
      expect(await refusal(await withHeader(header))).toBe("token_invalid");
    }
    expect(await refusal(await withClaims({ iss: url }))).toBe("token_invalid");
    expect(connections).toEqual([]);
  } finally {
    server.close();
  }
});

test("8725-3.10 a key id is looked up among ours and nowhere else", async () => {
  const lookAlikes = [
    kid.toLowerCase(),
    kid.toUpperCase(),
    [...kid].toReversed().join(""),
    `constructor${"_".repeat(32)}`,
    "0".repeat(43),
  ];
  for (const value of lookAlikes) {
    expect([value, await refusal(await withHeader({ kid: value }))]).toEqual([
      value,
      "token_invalid",
    ]);
  }
});

test("JWT-06 signatures of zeros, of another length or of another encoding are refused", async () => {
  const [header, payload] = token.split(".");
  for (const bytes of [0, 1, 32, 63, 64, 65, 72]) {
    expect(await refusal(`${header}.${payload}.${encode(new Uint8Array(bytes))}`)).toBe(
      "token_invalid",
    );
  }
});

test("V9.1.1 a changed character anywhere in the token is refused", async () => {
  for (let position = 0; position < token.length; position += 1) {
    const other = token[position] === "A" ? "B" : "A";
    const changed = token.slice(0, position) + other + token.slice(position + 1);
    expect(await refusal(changed)).toBe("token_invalid");
  }
});

test.each([
  { crit: ["exp"] },
  { crit: [] },
  { crit: ["unknown"], unknown: 1 },
  { b64: false },
  { b64: true, crit: ["b64"] },
  { cty: "JWT" },
  { zip: "DEF" },
])("JWT-07 header %j is refused", async (extra) => {
  expect(await refusal(await withHeader(extra))).toBe("token_invalid");
});

test.each(["JWT", "at+JWT", "application/at+jwt", "refresh+jwt", undefined, 7, ""])(
  "JWT-08 typ %j is refused",
  async (typ) => {
    expect(await refusal(await withHeader({ typ }))).toBe("token_invalid");
  },
);

test.each([
  { iss: ["https://auth.test"] },
  { iss: "https://auth.test/" },
  { iss: "https://auth.test.evil.test" },
  { iss: "https://auth.tes" },
  { iss: undefined },
  { aud: ["https://api.test"] },
  { aud: ["https://other.test"] },
  { aud: "https://api.tes" },
  { aud: {} },
  { aud: [["https://api.test"]] },
  { aud: undefined },
])("JWT-09 issuer and audience are compared exactly: %j", async (changes) => {
  expect(await refusal(await withClaims(changes))).toBe("token_invalid");
});

describe("JWT-10", () => {
  test.each([
    undefined,
    null,
    true,
    "9999999999",
    [9_999_999_999],
    -1,
    1e308,
    9_007_199_254_740_992,
    Date.now(),
    Date.now() / 1000 + 60.5,
  ])("exp %j is refused", async (exp) => {
    expect(await refusal(await withClaims({ exp }))).toBe("token_invalid");
  });

  test("exp 1e999 is refused", async () => {
    const payload = goodClaims().replace(/"exp":\d+/, '"exp":1e999');
    expect(await refusal(await signRaw(goodHeader(), payload))).toBe("token_invalid");
  });

  test("a life longer than we ever give is refused", async () => {
    const iat = Math.floor(world.clock.nowMs / 1000);
    expect((await node.me(await withClaims({ iat, exp: iat + 600 }))).status).toBe(200);
    expect(await refusal(await withClaims({ iat, exp: iat + 601 }))).toBe("token_invalid");
    expect(await refusal(await withClaims({ iat, exp: iat }))).toBe("token_invalid");
  });

  test("a token is good to the last millisecond before exp and not at exp", async () => {
    const start = world.clock.nowMs;
    const { exp } = claimsOf(token) as unknown as { exp: number };
    world.clock.nowMs = exp * 1000 - 1;
    expect((await node.me(token)).status).toBe(200);
    world.clock.nowMs = exp * 1000;
    expect(await refusal(token)).toBe("token_expired");
    world.clock.nowMs = start;
  });
});

test("JWT-11 nbf, a missing iat, and an iat in the future are refused", async () => {
  const now = Math.floor(world.clock.nowMs / 1000);
  for (const changes of [
    { nbf: now - 1 },
    { nbf: "0" },
    { iat: undefined },
    { iat: now + 31, exp: now + 600 },
    { iat: now + 31_536_000, exp: now + 31_536_060 },
  ]) {
    expect(await refusal(await withClaims(changes))).toBe("token_invalid");
  }
  expect((await node.me(await withClaims({ iat: now + 30, exp: now + 600 }))).status).toBe(200);
});

describe.each(["sub", "sid", "jti"])("JWT-12 %s", (claim) => {
  test.each([7, [], null, undefined, "", "__proto__", "u\0", "u1:*", "00000000-0000-0000-0000"])(
    "%j is refused",
    async (value) => {
      expect(await refusal(await withClaims({ [claim]: value }))).toBe("token_invalid");
    },
  );

  test("upper case is refused", async () => {
    const value = String(claimsOf(token)[claim]).toUpperCase();
    expect(await refusal(await withClaims({ [claim]: value }))).toBe("token_invalid");
  });
});

describe.each(["ver", "epoch"])("JWT-13 %s", (claim) => {
  test.each(["1", 1.5, 9_007_199_254_740_992, -1, 0, null, undefined, true, [1]])(
    "%j is refused",
    async (value) => {
      expect(await refusal(await withClaims({ [claim]: value }))).toBe("token_invalid");
    },
  );

  test("another version is revoked", async () => {
    expect(await refusal(await withClaims({ [claim]: 999 }))).toBe("token_revoked");
  });
});

test("JWT-14 JSON that two readers could read differently is refused", async () => {
  const claims = goodClaims();
  const { sub } = claimsOf(token);
  const payloads = [
    claims.replace("{", `{"sub":"${sub}",`),
    claims.replace('"sub"', String.raw`"\u0073ub"`),
    claims.replace("{", '{"__proto__":{},'),
    claims.replace("{", '{"admin":true,'),
    claims.replace("{", "{ "),
    `${claims}\n`,
    `\uFEFF${claims}`,
    claims.replace('"ver":1', '"ver":1.0'),
    claims.replace('"ver":1', '"ver":1e0'),
    `[${claims}]`,
    "null",
    "",
    "{}",
  ];
  for (const payload of payloads) {
    const verdict = await refusal(await signRaw(goodHeader(), payload));
    expect([payload, verdict]).toEqual([payload, "token_invalid"]);
  }
  const header = goodHeader();
  for (const value of [
    header.replace("{", '{"alg":"none",'),
    header.replace('"alg"', String.raw`"\u0061lg"`),
    ` ${header}`,
    `\uFEFF${header}`,
  ]) {
    expect(await refusal(await signRaw(value, claims))).toBe("token_invalid");
  }
  const utf16 = Buffer.from(claims, "utf16le");
  expect(await refusal(await signRaw(goodHeader(), utf16))).toBe("token_invalid");
  const notUtf8 = Buffer.concat([Buffer.from(claims.slice(0, -1)), Buffer.from([0xff, 0x7d])]);
  expect(await refusal(await signRaw(goodHeader(), notUtf8))).toBe("token_invalid");
});

test("JWT-15 no alias of a valid token is accepted", async () => {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const lastIndex = alphabet.indexOf(signature.at(-1) ?? "");
  // 64 bytes leave four spare bits in the last character.
  const spareBits = signature.slice(0, -1) + alphabet.charAt(lastIndex + 1);
  expect(Buffer.from(spareBits, "base64url")).toEqual(Buffer.from(signature, "base64url"));
  const aliases = [
    `${header}.${payload}.${spareBits}`,
    `${token}=`,
    `${token}==`,
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}.${signature.slice(0, 9)} ${signature.slice(9)}`,
    `${token}.`,
    `.${token}`,
    `${header}..${signature}`,
    `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}=`,
  ];
  for (const alias of aliases) {
    expect([alias, await refusal(alias)]).toEqual([alias, "token_invalid"]);
  }
});

test("JWT-16 a megabyte of payload and a header nested 20 000 deep are refused unread", async () => {
  expect(await refusal(await withClaims({ padding: "x".repeat(1_000_000) }))).toBe("token_invalid");
  const deep = `{"alg":"EdDSA","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  expect(await refusal(await signRaw(deep, goodClaims()))).toBe("token_invalid");
  const fits = `{"alg":"EdDSA","x":${"[".repeat(1400)}${"]".repeat(1400)}}`;
  expect(await refusal(await signRaw(fits, "{}"))).toBe("token_invalid");
});

test.each([
  "Bearer %%",
  "Bearer",
  "Bearer ",
  "bearer TOKEN",
  "BEARER TOKEN",
  "Bearer  TOKEN",
  "Bearer TOKEN x",
  "Bearer TOKEN, Bearer TOKEN",
  "Bearer TOKEN,TOKEN",
  "Basic dTpw",
  "TOKEN",
  "Token TOKEN",
  "Bearer\tTOKEN",
  "Bearer undefined",
  "Bearer null",
])("JWT-17 authorization %j is refused", async (value) => {
  const authorization = value.replaceAll("TOKEN", token);
  const answer = await node.query("auth.me", { headers: { authorization } });
  expect(answer.status).toBe(401);
  expect(reasonOf(answer)).toBe("token_invalid");
});

test("without a token the caller is told to sign in", async () => {
  expect(reasonOf(await node.query("auth.me"))).toBe("unauthenticated");
});

test("V9.2.4 a token of another environment with the same keys is refused", async () => {
  await using other = await startWorld({
    auth: { tokens: { issuer: "https://auth.test", audience: "https://staging.test" } },
  });
  const tokens = await other.nodes[0].signUp("staging@example.test");
  expect(await refusal(await withClaims(claimsOf(tokens.accessToken)))).toBe("token_invalid");
});

test("V14.1.1 the claims of a token are ids and numbers, nothing personal", () => {
  expect(Object.keys(claimsOf(token)).toSorted()).toEqual(
    ["aud", "epoch", "exp", "iat", "iss", "jti", "sid", "sub", "ver"].toSorted(),
  );
});

test("ES256 works the same, and its token is refused where EdDSA is pinned", async () => {
  await using other = await startWorld({
    auth: {
      tokens: { issuer: "https://auth.test", audience: "https://api.test", algorithm: "ES256" },
    },
  });
  const [ec] = other.nodes;
  const tokens = await ec.signUp("es256@example.test");
  expect((await ec.me(tokens.accessToken)).status).toBe(200);
  expect(reasonOf(await ec.me(token))).toBe("token_invalid");
  expect(await refusal(tokens.accessToken)).toBe("token_invalid");

  const [header, payload] = tokens.accessToken.split(".");
  const zeros = encode(new Uint8Array(64));
  expect(reasonOf(await ec.me(`${header}.${payload}.${zeros}`))).toBe("token_invalid");
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const der = signBytes("sha256", Buffer.from(`${header}.${payload}`), {
    key: (await exportJWK(privateKey)) as Record<string, string>,
    format: "jwk",
  });
  expect(reasonOf(await ec.me(`${header}.${payload}.${encode(der)}`))).toBe("token_invalid");
});

test("a bare token is taken under a header name of the application's own", async () => {
  await using other = await startWorld({
    auth: {
      tokens: { issuer: "https://auth.test", audience: "https://api.test", headerName: "AID" },
    },
  });
  const [own] = other.nodes;
  const { accessToken } = await own.signUp("aid@example.test");
  for (const aid of [accessToken, `Bearer ${accessToken}`]) {
    expect((await own.query("auth.me", { headers: { aid } })).status).toBe(200);
  }
  expect(reasonOf(await own.query("auth.me", { headers: { aid: "Basic x" } }))).toBe(
    "token_invalid",
  );
  expect(reasonOf(await own.me(accessToken))).toBe("unauthenticated");
});
