import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { LoadAnswer, RequestSource } from "../load.ts";
import { generateLoad, type LoadProgress } from "./generate-load.ts";
import { usualLimits } from "./limits.ts";
import { planFor, requestOf, startTarget } from "./test-target.ts";

const always: RequestSource = { next: () => requestOf() };
const closed = { kind: "closed" } as const;

/** Answers at once, but for one stall: all that comes then is answered at its end. */
async function startStallingTarget(stallMs: number, afterRequests: number) {
  let requests = 0;
  let isStalled = false;
  let stalledForMs = 0;
  const held: ServerResponse[] = [];
  const target = await startTarget((response) => {
    requests += 1;
    if (requests === afterRequests) {
      isStalled = true;
      const startMs = performance.now();
      setTimeout(() => {
        stalledForMs = performance.now() - startMs;
        isStalled = false;
        for (const one of held) one.end("late");
      }, stallMs);
    }
    if (isStalled) held.push(response);
    else response.end("now");
  });
  return { ...target, stalledForMs: () => stalledForMs };
}

function blockFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe("an open loop", () => {
  it("shows a stall of the service in its latencies, which a closed loop hides", async () => {
    await using open = await startStallingTarget(500, 20);
    await using same = await startStallingTarget(500, 20);
    const whenOpen = await generateLoad(planFor(open, { seconds: 2 }), always);
    const whenClosed = await generateLoad(planFor(same, { seconds: 2, loop: closed }), always);

    // All that was due in the first tenth of the stall had to wait for the other nine.
    const { latency, requests } = whenOpen.outcome.run;
    expect(requests).toBe(400);
    expect(latency.count).toBe(400);
    expect(latency.p99).toBeGreaterThan(0.9 * open.stalledForMs());
    // A few at a time met the stall; what would have come meanwhile was not sent.
    const hidden = whenClosed.outcome.run.latency;
    expect(hidden.max).toBeGreaterThan(0.9 * same.stalledForMs());
    expect(hidden.p99).toBeLessThan(0.5 * same.stalledForMs());
  });

  it("sends no faster and no slower than its rate, also after a stall", async () => {
    await using target = await startStallingTarget(300, 20);
    const { outcome } = await generateLoad(planFor(target, { seconds: 1 }), always);
    expect(outcome.run.timeline.map(({ requests }) => requests)).toEqual([200]);
    expect(outcome.run).toMatchObject({ loop: "open", wantedPerSecond: 200, failures: {} });
  });

  it("drops what finds too many waiting, and says so", async () => {
    await using target = await startTarget(() => undefined);
    const limits = { ...usualLimits, mostWaiting: 10, requestTimeoutMs: 2000 };
    const { outcome } = await generateLoad(planFor(target, { seconds: 0.5 }), always, { limits });
    // 4 under way and 10 waiting; nothing moves before the first deadline.
    expect(outcome.run.failures).toEqual({ dropped: 86, timeout: 14 });
    expect(outcome.run.generatorTrouble).toMatch(/dropped|late|busy/);
    expect(outcome.run.latency.count).toBe(14);
    expect(outcome.run.requestsPerSecond).toBe(0);
  });

  it("says that a rate was not reached", async () => {
    await using target = await startTarget((response) => {
      setTimeout(() => response.end(), 50);
    });
    const { outcome } = await generateLoad(planFor(target, { seconds: 0.5 }), always);
    expect(outcome.run.requests).toBe(100);
    expect(outcome.run.generatorTrouble).toMatch(
      /^(Only \d+\/s of the wanted 200\/s|The generator)/,
    );
  });
});

describe("a generator out of breath", () => {
  it("says so, and its latencies count from when requests were due", async () => {
    await using target = await startTarget((response) => void response.end());
    let asked = 0;
    const next = () => {
      asked += 1;
      if (asked % 20 === 0) blockFor(60);
      return requestOf();
    };
    const { outcome } = await generateLoad(planFor(target), { next });
    expect(outcome.run.requests).toBe(200);
    expect(outcome.run.latency.max).toBeGreaterThan(55);
    expect(outcome.run.generatorTrouble).toMatch(/late|busy/);
  });
});

describe("a closed loop", () => {
  it("has one request under way on each connection, and never more", async () => {
    const connections = 4;
    let underWay = 0;
    let most = 0;
    const held: ServerResponse[] = [];
    await using target = await startTarget((response) => {
      underWay += 1;
      held.push(response);
      most = Math.max(most, underWay);
      // The first are answered when all are there.
      if (most < connections) return;
      underWay -= held.length;
      for (const one of held.splice(0)) one.end();
    });
    const { outcome } = await generateLoad(planFor(target, { seconds: 0.5, loop: closed }), always);
    expect(most).toBe(connections);
    expect(outcome.run).toMatchObject({ loop: "closed", failures: {} });
    expect(outcome.run.wantedPerSecond).toBeUndefined();
    expect(outcome.run.requests).toBeGreaterThan(4);
  });
});

describe("every load", () => {
  it("spreads its connections evenly over the targets", async () => {
    const served = [new Map<unknown, number>(), new Map<unknown, number>()] as const;
    const startCounting = (counts: Map<unknown, number>) =>
      startTarget((response, { socket }) => {
        counts.set(socket, (counts.get(socket) ?? 0) + 1);
        response.end();
      });
    await using one = await startCounting(served[0]);
    await using other = await startCounting(served[1]);
    const targets = [one.origin, other.origin];
    await generateLoad(planFor(one, { targets, connections: 6, seconds: 0.5 }), always);
    for (const counts of served) {
      expect(counts.size).toBe(3);
      // Of 100 requests.
      expect(Math.min(...counts.values())).toBeGreaterThan(5);
    }
  });

  it("does not count its warm-up", async () => {
    let asked = 0;
    await using target = await startTarget((response) => void response.end());
    const source = { ...always, next: () => requestOf({ kind: `${(asked += 1) > 100}` }) };
    const plan = planFor(target, { warmUpSeconds: 0.5, seconds: 0.5 });
    const { outcome } = await generateLoad(plan, source);
    expect(asked).toBe(200);
    expect(outcome.run.requests).toBe(100);
    expect(outcome.run.seconds).toBe(0.5);
  });

  it("gives answers whole to their judge, and counts by its word", async () => {
    await using target = await startTarget((response, { method, headers, url }) => {
      response.writeHead(method === "POST" ? 201 : 418, { "x-id": headers["x-id"] });
      response.write(`é of ${url}`.slice(0, 2));
      setImmediate(() => response.end("…"));
    });
    const seen: LoadAnswer[] = [];
    let asked = 0;
    const judge = (answer: LoadAnswer): string | undefined => {
      seen.push(answer);
      return answer.status === 201 ? "made" : "";
    };
    const next = () => {
      asked += 1;
      return asked % 2 === 0
        ? requestOf({ kind: "post", method: "POST", body: "{}", headers: { "x-id": "7" }, judge })
        : requestOf({ headers: { "x-id": "8" }, judge });
    };
    const { outcome } = await generateLoad(planFor(target, { seconds: 0.5 }), { next });
    expect(outcome.run.failures).toEqual({ made: 50, "status 418": 50 });
    expect(Object.keys(outcome.run.latencyByKind).toSorted()).toEqual(["post", "read"]);
    for (const { body, headers, status, sentAtMs, answeredAtMs } of seen) {
      expect(body).toBe("é …");
      expect(headers["x-id"]).toBe(status === 201 ? "7" : "8");
      expect(sentAtMs).toBeLessThanOrEqual(answeredAtMs);
    }
  });

  it("gives up at the deadline, and goes on with other connections", async () => {
    let requests = 0;
    await using target = await startTarget((response) => {
      requests += 1;
      if (requests > 4) response.end();
    });
    const limits = { ...usualLimits, requestTimeoutMs: 300 };
    const { outcome } = await generateLoad(planFor(target, { loop: closed }), always, { limits });
    expect(outcome.run.failures).toEqual({ timeout: 4 });
    expect(outcome.run.latency.max).toBeGreaterThanOrEqual(300);
    expect(outcome.run.requests).toBeGreaterThan(4);
  });

  it("opens a broken connection again, at a bounded pace", async () => {
    let requests = 0;
    await using target = await startTarget((response, { socket }) => {
      requests += 1;
      if (requests % 2 === 0) socket.destroy();
      else response.end();
    });
    const plan = planFor(target, { loop: closed, connections: 1 });
    const { outcome } = await generateLoad(plan, always);
    const broken = outcome.run.failures["connection"] ?? 0;
    expect(Object.keys(outcome.run.failures)).toEqual(["connection"]);
    expect(broken).toBeGreaterThan(1);
    // A pause of a tenth of a second after each.
    expect(broken).toBeLessThanOrEqual(10);
    expect(outcome.run.latency.count).toBe(outcome.run.requests - broken);
  });

  it("reads at most 1 MiB of an answer", async () => {
    const half = Buffer.alloc(1024 * 1024 - 1, "x");
    await using target = await startTarget((response, { url }) => {
      response.end(url === "/fits" ? half : Buffer.concat([half, half]));
    });
    let asked = 0;
    const next = () => requestOf({ path: (asked += 1) % 2 === 0 ? "/fits" : "/" });
    const loop = { kind: "open", requestsPerSecond: 10 } as const;
    const { outcome } = await generateLoad(planFor(target, { loop }), { next });
    expect(outcome.run.failures).toEqual({ "answer over 1 MiB": 5 });
    expect(outcome.run.latency.count).toBe(5);
  });

  it("tells its progress from the end of the warm-up to the end", async () => {
    await using target = await startTarget((response) => void response.end());
    const told: LoadProgress[] = [];
    const plan = planFor(target, { warmUpSeconds: 0.2, seconds: 0.7 });
    await generateLoad(plan, always, { onProgress: (progress) => told.push(progress) });
    expect(told.length).toBeGreaterThan(2);
    expect(told[0]).toMatchObject({ atSeconds: 0, seconds: 0.7 });
    expect(told.at(-1)).toMatchObject({ atSeconds: 0.7, seconds: 0.7, failed: 0 });
  });

  it("that is aborted tells what was measured until then", async () => {
    await using target = await startTarget((response) => void response.end());
    const aborting = new AbortController();
    const { outcome, isWhole } = await generateLoad(
      planFor(target, { seconds: 600 }),
      { ...always, report: () => "so far" },
      { signal: aborting.signal, onProgress: ({ requests }) => requests > 50 && aborting.abort() },
    );
    expect(isWhole).toBe(false);
    expect(outcome.report).toBe("so far");
    expect(outcome.run.requests).toBeGreaterThan(50);
    expect(outcome.run.seconds).toBeLessThan(600);
    expect(outcome.run.timeline).toHaveLength(Math.ceil(outcome.run.seconds));
  });

  it("that is aborted in its warm-up has measured nothing", async () => {
    await using target = await startTarget(() => undefined);
    const { outcome, isWhole } = await generateLoad(
      planFor(target, { warmUpSeconds: 600 }),
      always,
      { signal: AbortSignal.timeout(50) },
    );
    expect(isWhole).toBe(false);
    expect(outcome.run).toMatchObject({ seconds: 0, requests: 0, requestsPerSecond: 0 });
  });

  it.each([
    ["next", { next: () => requestOf({ path: "no path" }) }, /path must be/],
    [
      "next",
      {
        next() {
          throw new Error("empty");
        },
      },
      /empty/,
    ],
    [
      "judge",
      {
        next: () =>
          requestOf({
            judge() {
              throw new Error("no verdict");
            },
          }),
      },
      /no verdict/,
    ],
  ])("fails with what is wrong with its source's %s", async (_what, source, message) => {
    await using target = await startTarget((response) => void response.end());
    await expect(generateLoad(planFor(target, { seconds: 600 }), source)).rejects.toThrow(message);
  });

  it("leaves no connection behind", async () => {
    const sockets = new Set<{ readonly destroyed: boolean }>();
    await using target = await startTarget((response, { socket }) => {
      sockets.add(socket);
      response.end();
    });
    await generateLoad(planFor(target, { seconds: 0.3 }), always);
    while (Array.from(sockets).some(({ destroyed }) => !destroyed)) await sleep(5);
    expect(sockets.size).toBe(4);
  });
});
