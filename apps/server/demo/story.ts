import { createDevice, tryToken, type Device } from "./device.ts";
import type { Report } from "./report.ts";
import type { Node } from "./stage.ts";

const credentials = { email: "ada@example.com", password: "correct horse battery staple" };

/**
 * A user on three devices logs one of them out, then all of them. Each step is checked, and the
 * checks that count are made with bare tokens, past the SDK, on every node.
 */
export async function tellStory(report: Report, nodes: readonly [Node, ...Node[]]): Promise<void> {
  const laptop = createDevice("laptop", nodes[0]);
  const phone = createDevice("phone", nodes[1] ?? nodes[0]);
  const tablet = createDevice("tablet", nodes[0]);
  const devices = [laptop, phone, tablet];

  report.chapter("Ada registers and logs in on three devices");
  await report.step("Ada registers", () =>
    laptop.api.auth.register.mutate({ ...credentials, name: "Ada" }),
  );
  for (const device of devices) {
    await report.step(`The ${device.name} logs in`, () =>
      device.api.auth.login.mutate(credentials),
    );
  }

  report.chapter("She writes a post on each");
  for (const device of devices) {
    await report.step(`The ${device.name} writes, and every node shows the post`, async () => {
      const post = await device.api.posts.create.mutate({
        title: `From my ${device.name}`,
        body: "Hello!",
      });
      for (const node of nodes) {
        const found = await createDevice("reader", node).api.posts.byId.query({ id: post.id });
        mustBe(found.title, post.title);
      }
    });
  }
  const tokens = new Map(devices.map((device) => [device, device.lastAccessToken()]));
  for (const device of devices) {
    await checkToken(report, nodes, device, tokens, "accepted");
  }

  report.chapter("She logs the tablet out: from the next call on its token is refused");
  await report.step("The tablet logs out", () => tablet.api.auth.logout.mutate());
  await checkToken(report, nodes, tablet, tokens, "token_revoked");
  for (const device of [laptop, phone]) {
    await report.step(`The ${device.name} goes on`, () => device.api.auth.me.query());
  }

  report.chapter("She logs out everywhere, from the phone");
  await report.step("The phone logs out everywhere", () =>
    phone.api.auth.logoutEverywhere.mutate(),
  );
  for (const device of devices) {
    await checkToken(report, nodes, device, tokens, "token_revoked");
  }
  await report.step(
    "The laptop's next call fails, and it knows that it is signed out",
    async () => {
      const failed = await laptop.api.auth.me.query().then(
        () => "accepted",
        () => "refused",
      );
      mustBe(failed, "refused");
      mustBe(laptop.session.getSnapshot().status, "expired");
    },
  );

  report.chapter("A new login works, and its token does on every node");
  await report.step("The laptop logs in again and reads who it is", async () => {
    await laptop.api.auth.login.mutate(credentials);
    mustBe((await laptop.api.auth.me.query()).email, credentials.email);
  });
  tokens.set(laptop, laptop.lastAccessToken());
  await checkToken(report, nodes, laptop, tokens, "accepted");
  await report.step("The old tokens stay refused", async () => {
    for (const device of [phone, tablet]) {
      for (const node of nodes) {
        mustBe(await tryToken(node, tokens.get(device) ?? ""), "token_revoked");
      }
    }
  });
}

async function checkToken(
  report: Report,
  nodes: readonly Node[],
  device: Device,
  tokens: ReadonlyMap<Device, string>,
  expected: "accepted" | "token_revoked",
): Promise<void> {
  const [word, which] = expected === "accepted" ? ["accepts", "token"] : ["refuses", "old token"];
  for (const node of nodes) {
    await report.step(`${capitalised(node.name)} ${word} the ${device.name}'s ${which}`, async () =>
      mustBe(await tryToken(node, tokens.get(device) ?? ""), expected),
    );
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function mustBe(actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`Expected "${expected}", but it is "${actual}".`);
}
