import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { basic, created } from "../../test/oauth-service.ts";
import { serveFetch } from "../../test/serve-fetch.ts";
import type { FetchServer } from "../../test/serve-fetch.ts";
import { claimsOf, reasonOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

/** Here the endpoints are asked over real HTTP by a client library that others wrote. */

let world: TestWorld;
let node: TestNode;
let server: FetchServer;
let authorizationServer: oauth.AuthorizationServer;
let client: oauth.Client;
let authentication: oauth.ClientAuth;

const options = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  const { auth } = node;
  server = await serveFetch((asked, peerAddress) =>
    new URL(asked.url).pathname === "/introspect"
      ? auth.introspect(asked, peerAddress)
      : auth.revoke(asked, peerAddress),
  );
  authorizationServer = {
    issuer: "https://auth.test",
    introspection_endpoint: `${server.url}/introspect`,
    revocation_endpoint: `${server.url}/revoke`,
  };
  const { clientId, clientSecret } = created(await auth.oauthClients.create("oauth4webapi"));
  client = { client_id: clientId };
  authentication = oauth.ClientSecretBasic(clientSecret);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function introspect(
  token: string,
  as: oauth.ClientAuth = authentication,
): Promise<oauth.IntrospectionResponse> {
  const response = await oauth.introspectionRequest(
    authorizationServer,
    client,
    as,
    token,
    options,
  );
  return oauth.processIntrospectionResponse(authorizationServer, client, response);
}

async function revoke(token: string, as: oauth.ClientAuth = authentication): Promise<void> {
  const response = await oauth.revocationRequest(authorizationServer, client, as, token, options);
  await oauth.processRevocationResponse(response);
}

test("oauth4webapi introspects and revokes an access token", async () => {
  const { accessToken } = await node.signUp("access@example.test");
  const { sub, sid, exp } = claimsOf(accessToken);
  const told = { active: true, token_type: "Bearer", sub, sid, exp };
  expect(await introspect(accessToken)).toMatchObject(told);
  await revoke(accessToken);
  expect(await introspect(accessToken)).toEqual({ active: false });
  expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
});

test("oauth4webapi introspects and revokes a refresh token", async () => {
  const { accessToken, refreshToken, user } = await node.signUp("refresh@example.test");
  expect(await introspect(refreshToken)).toMatchObject({ active: true, sub: user.id });
  await revoke(refreshToken);
  expect(await introspect(refreshToken)).toEqual({ active: false });
  expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
});

test("oauth4webapi is told that garbage is inactive, and that its revocation is done", async () => {
  for (const token of ["garbage", "a.b.c", "ü &=+%"]) {
    expect(await introspect(token)).toEqual({ active: false });
    await revoke(token);
  }
});

test("oauth4webapi understands a refusal of its credentials", async () => {
  const { accessToken } = await node.signUp("wrong@example.test");
  const wrong = oauth.ClientSecretBasic("A".repeat(43));
  const challenge = { cause: [{ scheme: "basic", parameters: { realm: "portcullis" } }] };
  await expect(introspect(accessToken, wrong)).rejects.toMatchObject(challenge);
  await expect(revoke(accessToken, wrong)).rejects.toMatchObject(challenge);
  expect((await node.me(accessToken)).status).toBe(200);
});

test("a body above the bound is refused before all of it has come", async () => {
  const { clientId, clientSecret } = created(await node.auth.oauthClients.create("Large"));
  const outgoing = request(`${server.url}/introspect`, {
    method: "POST",
    headers: {
      authorization: basic(clientId, clientSecret),
      "content-type": "application/x-www-form-urlencoded",
    },
  });
  // What is left of the body is never sent.
  outgoing.write(`token=${"x".repeat(10_000)}`);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  expect(incoming.statusCode).toBe(413);
  outgoing.on("error", () => undefined).destroy();
});
