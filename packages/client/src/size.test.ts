import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundle } from "./test-bundle.ts";

const firstLoadMaxBytes = 8_000;
const eventsMaxBytes = 4_500;

it(`is less than ${firstLoadMaxBytes} bytes, minified and compressed, without tRPC`, async () => {
  const files = await bundle("index.ts", { external: /^@trpc\// });
  const [first, ...later] = [...files].toSorted(([a]) => (a === "index.js" ? -1 : 1));
  expect(first?.[0]).toBe("index.js");
  expect(gzipSync(first?.[1] ?? "").length).toBeLessThan(firstLoadMaxBytes);
  // The EventSource over fetch, which the first subscription loads.
  expect(later).toEqual([[expect.any(String), expect.stringContaining("text/event-stream")]]);
  expect(gzipSync(later[0]?.[1] ?? "").length).toBeLessThan(eventsMaxBytes);
});
