import { initTRPC } from "@trpc/server";
import { expect, it } from "vitest";
import { createLogger } from "../log.ts";
import { createHttpApp, type HttpAppOptions } from "./http-app.ts";
import { createRequestLog } from "./request-log.ts";

it("V16.5.4 what throws outside of every procedure is a 500 that says nothing, and is logged", async () => {
  const lines: string[] = [];
  const log = createLogger(
    { level: "info", format: "json" },
    { write: (line) => lines.push(line) },
  );
  const unused = {} as never;
  const options: HttpAppOptions = {
    auth: unused,
    router: initTRPC.create().router({}) as never,
    outbox: undefined,
    pages: undefined,
    stopping: new AbortController().signal,
    allowedOrigins: [],
    checkReadiness: () => Promise.reject(new Error("find-me")),
    log,
    logRequest: createRequestLog(log),
  };
  const response = await createHttpApp(options).fetch(new Request("http://x.test/readyz"));
  expect(response.status).toBe(500);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  const answer = (await response.json()) as { error: { data: { requestId: string } } };
  expect(answer).toMatchObject({
    error: { message: "Internal error", data: { reason: "internal", httpStatus: 500 } },
  });
  expect(JSON.stringify(answer)).not.toContain("find-me");
  const { requestId } = answer.error.data;
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(logged).toContainEqual(
    expect.objectContaining({ level: "error", requestId, error: expect.anything() }),
  );
});
