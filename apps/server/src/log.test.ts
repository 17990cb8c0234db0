import { describe, expect, it } from "vitest";
import { createLogger } from "./log.ts";

function logOf(format: "json" | "text") {
  let text = "";
  const log = createLogger({ level: "info", format }, { write: (line) => (text += line) });
  return { log, text: () => text };
}

describe("the log", () => {
  it.each(["json", "text"] as const)("shows no secret by name, in %s", (format) => {
    const { log, text } = logOf(format);
    log.info({
      authorization: "find-me",
      password: "find-me",
      headers: { authorization: "find-me", cookie: "find-me", "set-cookie": "find-me" },
      answer: { data: { accessToken: "find-me", refreshToken: "find-me" } },
      kept: "kept",
    });
    expect(text()).toContain("kept");
    expect(text()).not.toContain("find-me");
  });

  it.each(["json", "text"] as const)("shows of an error what is needed, in %s", (format) => {
    const { log, text } = logOf(format);
    const cause = Object.assign(new Error("the cause"), { code: "57P01", detail: "find-me" });
    log.error({ error: new Error("the fault", { cause }) }, "it failed");
    expect(text()).toMatch(
      /it failed[\s\S]*the fault[\s\S]*the cause|the fault[\s\S]*the cause[\s\S]*it failed/,
    );
    expect(text()).not.toContain("find-me");
  });

  it("is one JSON object a line", () => {
    const { log, text } = logOf("json");
    log.info({ status: 200 }, "request");
    log.debug("not shown");
    expect(
      text()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { level: "info", time: expect.stringMatching(/Z$/) as string, status: 200, msg: "request" },
    ]);
  });

  it("V16.4.2 has nothing but printable ASCII in text: no line or direction can be forged", () => {
    const { log, text } = logOf("text");
    const forged = "a\u001b[2J\u0085\u009b2K\u2028\u2029\u202egnp.exe\u2066\r\u{e0041}";
    const cause = new Error(forged);
    log.warn({ path: forged, [forged]: 1, error: new Error(forged, { cause }) }, forged);
    expect(text()).toMatch(/^[\x20-\x7e\n]+$/);
    expect(text()).toContain("\\u202e");
    const [first = ""] = text().split("\n");
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}/);
  });

  it("V16.4.1 has nothing but printable ASCII in JSON either, and says what was logged", () => {
    const { log, text } = logOf("json");
    const forged =
      "a\u001b[2J\u0085\u009b2K\u2028\u2029\u202egnp.exe\u2066\r\u{e0041}\\\u00e9\ud800";
    log.warn({ userAgent: forged, [forged]: 1 }, forged);
    expect(text()).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(text())).toMatchObject({ userAgent: forged, [forged]: 1, msg: forged });
  });

  it("is one readable line, which nothing logged can break", () => {
    const { log, text } = logOf("text");
    log.warn({ path: "/trpc/x", note: "two\nlines" }, "request");
    expect(text()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} warn {2}request path=\/trpc\/x note="two\\nlines"\n$/,
    );
  });
});
