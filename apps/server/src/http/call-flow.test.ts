import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createCallFlow } from "./call-flow.ts";
import type { PacedSocket } from "./paced-socket.ts";
import { socketLimits } from "./socket-limits.ts";

/** What a flow asks of its connection, written down. */
function createFlow() {
  const done: string[] = [];
  const counted: number[] = [];
  const client = {
    count: (messages: number) => counted.push(messages),
    pause: () => done.push("pause"),
    resume: () => done.push("resume"),
    close: (code: number) => done.push(`close ${code}`),
    send: (text: string) => done.push(`send ${text}`),
  } as unknown as PacedSocket;
  const limits = { ...socketLimits, maxCallsInFlight: 2 };
  const { encoder, finish } = createCallFlow(client, limits);
  const receive = (message: unknown): unknown => encoder.decode(JSON.stringify(message));
  const answer = (message: unknown): unknown => encoder.encode(message);
  return { done, counted, receive, answer, finish };
}

const query = (id: unknown) => ({ id, method: "query", params: { path: "x" } });
const subscription = (id: unknown) => ({ id, method: "subscription", params: { path: "x" } });
const data = (id: unknown) => ({ id, result: { type: "data", data: 1 } });
const tell = (id: unknown, type: string) => ({ id, result: { type } });

describe("the flow of calls", () => {
  it("reads no more while as many calls as may be are in flight", () => {
    const { done, receive, answer } = createFlow();
    receive(query(1));
    expect(done).toEqual([]);
    receive([query(2), query("3")]);
    expect(done).toEqual(["pause", "pause"]);
    answer(data(1));
    expect(done).toEqual(["pause", "pause"]);
    answer({ id: 2, error: {} });
    expect(done).toEqual(["pause", "pause", "resume"]);
  });

  it("counts a subscription until it has begun, and its values not at all", () => {
    const { done, receive, answer } = createFlow();
    receive(subscription(1));
    answer(tell(1, "started"));
    receive(query(2));
    answer(data(1));
    answer(data(1));
    receive(query(3));
    expect(done.at(-1)).toBe("pause");
    answer(tell(1, "stopped"));
    answer(data(1));
    expect(done.at(-1)).toBe("pause");
    answer(data(3));
    expect(done.at(-1)).toBe("resume");
  });

  it("takes an id again once it is free, and closes when it is not", () => {
    const { done, receive, answer } = createFlow();
    receive(query(1));
    answer(data(1));
    receive(subscription(1));
    answer(tell(1, "started"));
    expect(() => receive(query(1))).toThrow(/in use/);
    expect(done.at(-1)).toBe("close 1008");
  });

  it.each([null, 1, "x", [], {}, { id: 1 }, { id: {}, method: "query" }, { id: 1, method: "x" }])(
    "counts nothing of %j, which tRPC refuses",
    (message) => {
      const { done, receive } = createFlow();
      for (let time = 0; time < 5; time += 1) receive(message);
      expect(done).toEqual([]);
    },
  );

  it("V2.3.2 counts each call of a batch towards the messages of a second", () => {
    const { counted, receive } = createFlow();
    receive(query(1));
    receive([query(2), query(3), {}]);
    receive([]);
    expect(counted).toEqual([0, 2, 0]);
  });

  it("finishes once the calls in flight are answered, and takes none that come later", async () => {
    const { done, receive, answer, finish } = createFlow();
    receive(query(1));
    receive(subscription(2));
    answer(tell(2, "started"));
    finish();
    expect(() => receive(query(3))).toThrow(/closed/);
    expect(done).not.toContain("close 1012");
    answer(data(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.slice(-2)).toEqual(['send {"id":null,"method":"reconnect"}', "close 1012"]);
  });

  it("V7.3.2 finishes in its time, whatever is never answered", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { done, receive, finish } = createFlow();
    // Without params it is no call, and is answered without its id.
    receive({ id: 1, method: "query" });
    finish();
    vi.advanceTimersByTime(socketLimits.finishMs - 1);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['send {"id":null,"method":"reconnect"}', "close 1012"]);
  });
});
