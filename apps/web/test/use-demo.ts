import { afterAll, afterEach, beforeAll } from "vitest";
import { startDemo, type Demo, type DemoOptions } from "./demo.ts";

/**
 * The demo for the tests of a file: started before them and stopped after them. A test whose browsers
 * complained of anything that it did not expect has failed.
 */
export function useDemo(options: DemoOptions = {}): () => Demo {
  let demo: Demo | undefined;
  beforeAll(async () => {
    demo = await startDemo(options);
  });
  afterAll(() => demo?.[Symbol.asyncDispose]());
  afterEach(async () => {
    const complaints = (await demo?.leave()) ?? [];
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  });
  return () => {
    if (demo === undefined) throw new Error("The demo is started before the tests.");
    return demo;
  };
}
