import { createPortcullisSession, type PortcullisSession } from "@portcullis/client";
import { expect, it } from "vitest";
import { restorationOf } from "./restoration.ts";

/** A session whose storage answers when it is told to. */
function createWaitingSession(): { session: PortcullisSession; answer: () => void } {
  const loading = Promise.withResolvers<undefined>();
  const session = createPortcullisSession({
    url: "https://api.example.com/trpc",
    storage: { load: () => loading.promise, save: async () => {}, clear: async () => {} },
  });
  return { session, answer: () => loading.resolve(undefined) };
}

it("is one promise for a session, which resolves when it is known who is signed in", async () => {
  const { session, answer } = createWaitingSession();
  const restoration = restorationOf(session);
  expect(restorationOf(session)).toBe(restoration);
  expect(restorationOf(createWaitingSession().session)).not.toBe(restoration);
  answer();
  await restoration;
  expect(session.getSnapshot()).toEqual({ status: "signedOut" });
  expect(restorationOf(session)).toBe(restoration);
});

it("waits without end for a session that was closed before", async () => {
  const { session } = createWaitingSession();
  const restoration = restorationOf(session).then(() => "restored");
  session.close();
  await session.restore();
  const turn = new Promise((resolve) => {
    setImmediate(resolve, "waiting");
  });
  expect(await Promise.race([restoration, turn])).toBe("waiting");
});
