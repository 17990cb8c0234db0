import { clientOf } from "@portcullis/app-server/test-service";
import type { Demo, DemoUser } from "./demo.ts";
import { admin } from "./first-admin.ts";
import type { Stop } from "./tour.ts";

/** Where to find what {@link furnish} has brought. */
export interface Furnished {
  readonly post: Pick<Stop, "path" | "title">;
  /** Of the admin. */
  readonly ownPost: Pick<Stop, "path" | "title">;
  readonly user: Pick<Stop, "path" | "title">;
}

const texts = [
  {
    author: "Ada",
    title: "Notes on an engine",
    body: "It might act upon other things besides numbers, were objects found whose mutual relations could be expressed by those of the science of operations.\n\nMusic, for instance.",
  },
  {
    author: "Grace",
    title: "A nanosecond is a piece of wire",
    body: "Thirty centimetres of it. Keep a bag of them at hand for people who ask why satellites take so long.",
  },
  {
    author: "Karen",
    title: "How rare a word is",
    body: "A word that is everywhere says little about the page it is on. Weigh it by how rarely it is met, and the page that is meant comes first.",
  },
];

const otherDevices = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
];

/** Brings users, posts and devices, so that there is something to see. Needs the first admin. */
export async function furnish(demo: Demo): Promise<Furnished> {
  let post: Furnished["post"] | undefined;
  let userId: string | undefined;
  for (const { author, ...text } of texts) {
    const user = await demo.newUser(author);
    const written = await writeAs(demo, user, text);
    post = { path: `/posts/${written.id}`, title: text.title };
    userId = written.authorId ?? undefined;
  }
  const title = "House rules";
  const own = await writeAs(demo, admin, { title, body: "Be kind. Lock up when you leave." });
  for (const userAgent of otherDevices) await signInFrom(demo, userAgent);
  if (post === undefined || userId === undefined) throw new Error("There is nothing to see.");
  return {
    post,
    ownPost: { path: `/posts/${own.id}`, title },
    user: { path: `/admin/users/${userId}`, title: texts.at(-1)?.author ?? "" },
  };
}

async function writeAs(
  { service }: Demo,
  { email, password }: DemoUser,
  text: { readonly title: string; readonly body: string },
) {
  const client = clientOf(service);
  await client.api.auth.login.mutate({ email, password });
  return client.api.posts.create.mutate(text);
}

async function signInFrom({ service }: Demo, userAgent: string): Promise<void> {
  const { email, password } = admin;
  const response = await fetch(`${service.url}/trpc/auth.login`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": userAgent },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing in was answered with ${response.status}.`);
}
