import { describe, expect, it } from "vitest";
import { forwardHeaders } from "./server.ts";

const incoming = new Headers({
  accept: "text/html",
  "accept-language": "de",
  authorization: "Bearer of-somebody-else",
  cookie: "theme=dark; __Host-portcullis_refresh=a.b; tracking=1; portcullis_refresh=c.d=",
  host: "app.example.com",
  origin: "https://app.example.com",
  "user-agent": "Browser",
  "x-forwarded-for": "198.51.100.7",
  "x-secret": "of the proxy",
});

describe("forwardHeaders", () => {
  it("sends on what is on its list, and nothing else", () => {
    expect(forwardHeaders(incoming)).toEqual({
      "accept-language": "de",
      cookie: "__Host-portcullis_refresh=a.b; portcullis_refresh=c.d=",
      "user-agent": "Browser",
    });
  });

  it("sends on the cookies that are named", () => {
    const { cookie } = forwardHeaders(incoming, { cookies: ["theme", "absent"] });
    expect(cookie).toBe("theme=dark; __Host-portcullis_refresh=a.b; portcullis_refresh=c.d=");
  });

  it("adds the peer to the addresses, as a proxy", () => {
    expect(forwardHeaders(incoming, { peerAddress: "192.0.2.1" })["x-forwarded-for"]).toBe(
      "198.51.100.7, 192.0.2.1",
    );
    expect(forwardHeaders(new Headers(), { peerAddress: "192.0.2.1" })).toEqual({
      "x-forwarded-for": "192.0.2.1",
    });
  });

  it("keeps two cookies of one name, for the API to refuse", () => {
    const cookie = "portcullis_refresh=a; portcullis_refresh=b";
    expect(forwardHeaders(new Headers({ cookie }))).toEqual({ cookie });
  });

  it("leaves out what is empty or too long", () => {
    const long = "a".repeat(8_193);
    const headers = new Headers({
      cookie: `portcullis_refresh=${long}`,
      "user-agent": long,
      "accept-language": "",
      "x-forwarded-for": long,
    });
    expect(forwardHeaders(headers, { peerAddress: "192.0.2.1" })).toEqual({
      "x-forwarded-for": "192.0.2.1",
    });
  });
});
