import { createPortcullisClient } from "./client.ts";
import type { TestRouter } from "./test-server.ts";

// What tests call in a browser's tab.
Object.assign(globalThis, {
  tab: createPortcullisClient<TestRouter>({
    url: "/trpc",
    onSignedOut: () => {
      Object.assign(globalThis, { isCleared: true });
    },
  }),
});
