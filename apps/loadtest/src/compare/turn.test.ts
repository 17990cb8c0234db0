import { createServer, type RequestListener } from "node:http";
import { expect, it } from "vitest";
import { close, listen } from "../../peers/listen.ts";
import { openTurn, type Turn } from "./turn.ts";

const user = { id: "an-id", name: "Ada Lovelace" };

/** A turn of four connections to a server of its own. */
async function openTurnTo(
  listener: RequestListener,
): Promise<AsyncDisposable & { readonly turn: Turn }> {
  await using opened = new AsyncDisposableStack();
  const server = createServer(listener);
  const origin = await listen(server);
  opened.defer(() => close(server));
  const target = { origin, path: "/whoAmI", credential: { authorization: "Bearer one" }, user };
  const turn = opened.use(openTurn(target, 4));
  const parts = opened.move();
  return { turn, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

it("sends just as many requests as it is told, with the credential, over connections it keeps", async () => {
  let requests = 0;
  const sockets = new Set<unknown>();
  await using opened = await openTurnTo((request, response) => {
    requests += 1;
    sockets.add(request.socket);
    response.statusCode = request.headers.authorization === "Bearer one" ? 200 : 401;
    response.end(JSON.stringify(user));
  });
  await opened.turn.send(10);
  expect(requests).toBe(10);
  await opened.turn.send(3);
  expect(requests).toBe(13);
  expect(sockets.size).toBe(4);
});

it.each<[what: string, listener: RequestListener, error: string]>([
  ["a refusal", (_, response) => response.writeHead(401).end(), "status 401"],
  [
    "somebody else",
    (_, response) => response.end(JSON.stringify({ ...user, id: "other" })),
    "does not name the user",
  ],
  [
    "what changes",
    (_, response) => response.end(JSON.stringify({ ...user, at: performance.now() })),
    "another answer than the first",
  ],
  ["nothing", (request) => request.socket.destroy(), "gave no answer: connection"],
])("does not count a turn that is answered with %s", async (_what, listener, error) => {
  await using opened = await openTurnTo(listener);
  await expect(opened.turn.send(8)).rejects.toThrow(error);
});
