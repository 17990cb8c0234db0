import fc from "fast-check";
import { expect, it } from "vitest";
import {
  decodeAcknowledgement,
  decodeInvalidation,
  encodeAcknowledgement,
  encodeInvalidation,
} from "./redis-messages.ts";

const text = fc.string({ unit: "binary" });
const invalidation = fc.record({ keys: fc.array(text), fence: text, replyTo: text });
const acknowledgement = fc.record({ fence: text, nodeId: text });

it("an invalidation comes back as it was sent", () => {
  fc.assert(
    fc.property(invalidation, (sent) => {
      expect(decodeInvalidation(encodeInvalidation(sent))).toEqual(sent);
    }),
  );
});

it("an acknowledgement comes back as it was sent, and neither is taken for the other", () => {
  fc.assert(
    fc.property(acknowledgement, invalidation, (sent, other) => {
      expect(decodeAcknowledgement(encodeAcknowledgement(sent))).toEqual(sent);
      expect(decodeAcknowledgement(encodeInvalidation(other))).toBeUndefined();
      expect(decodeInvalidation(encodeAcknowledgement(sent))).toBeUndefined();
    }),
  );
});

it("whatever another program sends is read or left alone, and never throws", () => {
  const keys = fc.constantFrom("keys", "fence", "replyTo", "nodeId", "__proto__", "toString");
  const foreign = fc.oneof(
    text,
    fc.json(),
    fc.dictionary(keys, fc.anything({ withNullPrototype: false })).map((message) => {
      try {
        return JSON.stringify(message);
      } catch {
        return "}{";
      }
    }),
  );
  fc.assert(
    fc.property(foreign, (message) => {
      const { keys: read = [], fence = "", replyTo = "" } = decodeInvalidation(message) ?? {};
      const { fence: answered = "", nodeId = "" } = decodeAcknowledgement(message) ?? {};
      for (const part of [...read, fence, replyTo, answered, nodeId]) {
        expect(typeof part).toBe("string");
      }
    }),
  );
});

it.each(["", "null", "[]", "7", '"x"', '{"keys":"post:p1","fence":"1","replyTo":"x"}'])(
  "%s is neither",
  (message) => {
    expect(decodeInvalidation(message)).toBeUndefined();
    expect(decodeAcknowledgement(message)).toBeUndefined();
  },
);
