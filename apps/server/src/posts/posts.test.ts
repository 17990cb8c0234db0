import { isPortcullisError } from "@portcullis/client";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { AppRouter } from "../contract.ts";
import { createPostInput } from "../inputs.ts";
import {
  clientOf,
  outcomeOf,
  signedInClient,
  startTestServers,
  type TestClient,
  type TestServers,
  type TestService,
} from "../test-service.ts";

let servers: TestServers;
let here: TestService;
let there: TestService;
let ada: TestClient;
let bob: Awaited<ReturnType<typeof signedInClient>>;

beforeAll(async () => {
  servers = await startTestServers();
  [here, there] = await Promise.all([servers.startNode(), servers.startNode()]);
  [ada, bob] = await Promise.all([signedInClient(here), signedInClient(there)]);
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await servers?.[Symbol.asyncDispose]();
});

/** Status and reason of a refusal. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    return isPortcullisError(error) ? `${error.data.code} ${error.data.reason}` : String(error);
  }
}

const text = { title: "A title", body: "A body" };
const unknownId = "00000000-0000-4000-8000-000000000000";

/** A post of the first page. */
async function inList(api: TestClient["api"], id: string) {
  const { posts } = await api.posts.list.query({ limit: 50 });
  return posts.find((post) => post.id === id);
}

describe("reading", () => {
  it("is for everyone, and the same on every node", async () => {
    const post = await ada.api.posts.create.mutate(text);
    const me = await ada.api.auth.me.query();
    expect(post).toMatchObject({ ...text, authorId: me.id });
    expect(post.createdAt).toBe(post.updatedAt);
    for (const node of [here, there]) {
      expect(await clientOf(node).api.posts.byId.query({ id: post.id })).toEqual(post);
    }
  });

  it("says NOT_FOUND for an unknown post, and finds it once it is there", async () => {
    expect(await refusalOf(ada.api.posts.byId.query({ id: unknownId }))).toBe(
      "NOT_FOUND request_refused",
    );
  });

  it("pages through all posts, newest first, each once", async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i += 1) {
      const { id } = await ada.api.posts.create.mutate({ title: `Post ${i}`, body: "." });
      made.unshift(id);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await bob.api.posts.list.query({ limit: 3, ...(cursor && { cursor }) });
      expect(page.posts.length).toBeLessThanOrEqual(3);
      listed.push(...page.posts.map((post) => post.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(listed.slice(0, 7)).toEqual(made);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it("pages through posts of the same millisecond", async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        ada.api.posts.create.mutate({ title: `Together ${i}`, body: "." }),
      ),
    );
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < 8; page += 1) {
      const answer = await bob.api.posts.list.query({ limit: 1, ...(cursor && { cursor }) });
      seen.add(answer.posts[0]?.title ?? "");
      cursor = answer.nextCursor;
    }
    expect(seen).toEqual(new Set(Array.from({ length: 8 }, (_, i) => `Together ${i}`)));
  });

  it("V13.1.3 ends a page before its posts pass 64 KiB, and goes on in the next", async () => {
    const body = "x".repeat(10_000);
    const made: string[] = [];
    for (let i = 0; i < 14; i += 1) {
      const { id } = await ada.api.posts.create.mutate({ title: `Large ${i}`, body });
      made.unshift(id);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    while (listed.length < made.length) {
      const page = await bob.api.posts.list.query({ limit: 50, ...(cursor && { cursor }) });
      expect(Buffer.byteLength(JSON.stringify(page.posts))).toBeLessThanOrEqual(64 * 1024);
      listed.push(...page.posts.map((post) => post.id));
      cursor = page.nextCursor;
    }
    expect(listed.slice(0, made.length)).toEqual(made);
  });

  it.each([
    { limit: 0 },
    { limit: 51 },
    { limit: 1.5 },
    { cursor: "x" },
    { cursor: Buffer.from(`1.${"-".repeat(36)}`).toString("base64url") },
    { cursor: "x".repeat(101) },
    { order: "title" },
  ])("V2.2.1 refuses the page %o", async (input) => {
    expect(await refusalOf(ada.api.posts.list.query(input))).toBe("BAD_REQUEST input_invalid");
  });
});

describe("the name of the author", () => {
  it("is in every answer that has a post", async () => {
    const author = await signedInClient(here);
    const post = await author.api.posts.create.mutate(text);
    expect(post).toMatchObject({ authorName: "Name" });
    expect(await author.api.posts.update.mutate({ id: post.id, ...text })).toMatchObject({
      authorName: "Name",
    });
    for (const node of [here, there]) {
      const { api } = clientOf(node);
      expect(await api.posts.byId.query({ id: post.id })).toMatchObject({ authorName: "Name" });
      expect(await inList(api, post.id)).toMatchObject({ authorName: "Name" });
    }
  });

  it("is the new one on every node once a rename has returned, with every cache hot", async () => {
    const author = await signedInClient(here);
    const { id } = await author.api.posts.create.mutate(text);
    for (const node of [here, there]) {
      await clientOf(node).api.posts.byId.query({ id });
      await inList(clientOf(node).api, id);
    }
    await author.api.auth.account.rename.mutate({ name: "Renamed" });
    for (const node of [there, here]) {
      const { api } = clientOf(node);
      expect(await api.posts.byId.query({ id })).toMatchObject({ authorName: "Renamed" });
      expect(await inList(api, id)).toMatchObject({ authorName: "Renamed" });
    }
    expect(await author.api.posts.update.mutate({ id, ...text })).toMatchObject({
      authorName: "Renamed",
    });
  });

  it("is null once the account is deleted", async () => {
    const author = await signedInClient(here);
    const { id } = await author.api.posts.create.mutate(text);
    await author.api.auth.account.remove.mutate();
    for (const node of [there, here]) {
      const { api } = clientOf(node);
      expect(await api.posts.byId.query({ id })).toMatchObject({ ...text, authorName: null });
      expect(await inList(api, id)).toMatchObject({ authorName: null });
    }
  });

  it("comes to those who watch a post, as it changes", async () => {
    const author = await signedInClient(here);
    const { id } = await author.api.posts.create.mutate(text);
    const heard: (string | null)[] = [];
    const socket = createWSClient({
      url: `${there.url.replace("http", "ws")}/trpc`,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      connectionParams: { authorization: `Bearer ${bob.accessToken}` },
    });
    createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }).posts.onChange.subscribe(
      { id },
      { onData: (post) => heard.push(post.authorName) },
    );
    await expect.poll(() => heard).toEqual(["Name"]);
    await author.api.auth.account.rename.mutate({ name: "Renamed" });
    await expect.poll(() => heard).toEqual(["Name", "Renamed"]);
    await author.api.auth.account.remove.mutate();
    await expect.poll(() => heard).toEqual(["Name", "Renamed", null]);
    await socket.close();
  });

  it("is read for more authors than the cache takes keys at once", async () => {
    const client = new Client({ connectionString: servers.database.url });
    await client.connect();
    try {
      await client.query(
        `insert into post (id, author_id, title, body)
         select gen_random_uuid(), gen_random_uuid(), 'Of somebody gone', '.'
         from generate_series(1, 33)`,
      );
    } finally {
      await client.end();
    }
    await ada.api.posts.create.mutate(text);
    const { posts } = await bob.api.posts.list.query({ limit: 34 });
    expect(posts.map((post) => post.authorName)).toEqual(["Name", ...Array(33).fill(null)]);
  });
});

describe("writing", () => {
  it("needs a signed-in user", async () => {
    const { api } = clientOf(here);
    const calls = [
      api.posts.create.mutate(text),
      api.posts.update.mutate({ id: unknownId, ...text }),
      api.posts.remove.mutate({ id: unknownId }),
    ];
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(Array(3).fill("unauthenticated"));
  });

  it("shows a change on every node once it has returned, with every cache hot", async () => {
    const { id } = await ada.api.posts.create.mutate(text);
    for (const node of [here, there]) await clientOf(node).api.posts.byId.query({ id });
    const changed = await ada.api.posts.update.mutate({ id, title: "Changed", body: "New" });
    expect(changed).toMatchObject({ title: "Changed", body: "New" });
    for (const node of [there, here]) {
      expect(await clientOf(node).api.posts.byId.query({ id })).toEqual(changed);
    }
    expect(await ada.api.posts.remove.mutate({ id })).toEqual({ id });
    for (const node of [there, here]) {
      expect(await refusalOf(clientOf(node).api.posts.byId.query({ id }))).toBe(
        "NOT_FOUND request_refused",
      );
    }
  });

  it("is for the author alone", async () => {
    const { id } = await ada.api.posts.create.mutate(text);
    expect(await refusalOf(bob.api.posts.update.mutate({ id, title: "Mine", body: "now" }))).toBe(
      "FORBIDDEN request_refused",
    );
    expect(await refusalOf(bob.api.posts.remove.mutate({ id }))).toBe("FORBIDDEN request_refused");
    expect(await ada.api.posts.byId.query({ id })).toMatchObject(text);
  });

  it("is refused to SQL outside of the cache", async () => {
    const { id } = await ada.api.posts.create.mutate(text);
    const client = new Client({ connectionString: servers.database.url });
    await client.connect();
    try {
      const update = client.query("update post set title = 'Other' where id = $1", [id]);
      await expect(update).rejects.toMatchObject({ code: "PC001" });
    } finally {
      await client.end();
    }
    expect(await bob.api.posts.byId.query({ id })).toMatchObject(text);
  });

  it("says NOT_FOUND for an unknown post", async () => {
    const input = { id: unknownId };
    expect(await refusalOf(ada.api.posts.update.mutate({ ...input, ...text }))).toBe(
      "NOT_FOUND request_refused",
    );
    expect(await refusalOf(ada.api.posts.remove.mutate(input))).toBe("NOT_FOUND request_refused");
  });

  it("counts code points", async () => {
    const title = "\u{1F600}".repeat(200);
    expect(await ada.api.posts.create.mutate({ title, body: "." })).toMatchObject({ title });
    expect(await refusalOf(ada.api.posts.create.mutate({ title: `${title}x`, body: "." }))).toBe(
      "BAD_REQUEST input_invalid",
    );
    const body = "x".repeat(10_000);
    expect(await ada.api.posts.create.mutate({ title: "Long", body })).toMatchObject({ body });
  });

  it.each([
    { title: "", body: "." },
    { title: "   ", body: "." },
    { title: ".", body: "" },
    { title: ".", body: "x".repeat(10_001) },
    { title: ".", body: "\u{1F600}".repeat(4_000) },
    { title: "x".repeat(401), body: "." },
    { title: "NUL \0", body: "." },
    { title: "lone \ud800 surrogate", body: "." },
    { title: ".", body: ".", authorId: unknownId },
    { title: ".", body: ".", id: unknownId },
  ])("V2.2.1 refuses the post %o", async (input) => {
    expect(await refusalOf(ada.api.posts.create.mutate(input))).toBe("BAD_REQUEST input_invalid");
  });

  it("CA-01 takes an id in lower case only: one post must not have two cache keys", async () => {
    const { id } = await ada.api.posts.create.mutate(text);
    const spelled = id.toUpperCase();
    const calls = [
      ada.api.posts.byId.query({ id: spelled }),
      ada.api.posts.update.mutate({ id: spelled, ...text }),
      ada.api.posts.remove.mutate({ id: spelled }),
      ada.api.posts.list.query({
        cursor: Buffer.from(`${Date.now()}.${spelled}`).toString("base64url"),
      }),
    ];
    expect(await Promise.all(calls.map(refusalOf))).toEqual(
      calls.map(() => "BAD_REQUEST input_invalid"),
    );
    expect(await ada.api.posts.byId.query({ id })).toMatchObject(text);
  });

  it.each(["1", "", "a:b", "*", "x".repeat(200), "'; drop table post; --", `${unknownId}\n`])(
    "CA-01 refuses the id %j",
    async (id) => {
      expect(await refusalOf(ada.api.posts.byId.query({ id }))).toBe("BAD_REQUEST input_invalid");
    },
  );
});

describe("what a form says of a field", () => {
  it.each([
    ["title", " ", "The title is empty."],
    ["title", "x".repeat(201), "The title must have at most 200 characters."],
    ["title", "NUL \0", "The title has a character that cannot be stored."],
    ["body", "", "The text is empty."],
    ["body", "x".repeat(20_001), "The text must have at most 10000 characters."],
    ["body", "\u{1F600}".repeat(4_000), expect.stringMatching(/^The text takes more room than/)],
  ])("is one sentence for the %s %.20j", (field, value, message) => {
    const { error } = createPostInput.safeParse({ title: ".", body: ".", [field]: value });
    expect(error?.issues).toEqual([expect.objectContaining({ path: [field], message })]);
  });
});
