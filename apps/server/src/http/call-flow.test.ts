import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { createCallFlow } from "./call-flow.ts";
import { socketLimits } from "./socket-limits.ts";

/** What a flow asks of its connection, written down. */
function createFlow(unreadBytes = 0) {
  const done: string[] = [];
  const client = {
    bufferedAmount: unreadBytes,
    pause: () => done.push("pause"),
    resume: () => done.push("resume"),
    terminate: () => done.push("terminate"),
    close: (code: number) => done.push(`close ${code}`),
    send: (text: string) => done.push(`send ${text}`),
  } as unknown as WebSocket;
  const limits = { ...socketLimits, maxCallsInFlight: 2, maxUnreadBytes: 100 };
  const { encoder, finish } = createCallFlow(client, limits);
  const receive = (message: unknown): unknown => encoder.decode(JSON.stringify(message));
  const answer = (message: unknown): unknown => encoder.encode(message);
  return { done, receive, answer, finish };
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

  it("cuts a client that does not read", () => {
    const { done, answer } = createFlow(101);
    answer(data(1));
    expect(done).toEqual(["terminate"]);
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
});
