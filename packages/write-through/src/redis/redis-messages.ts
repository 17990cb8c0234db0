import type { Invalidation } from "../store.ts";

/** An acknowledgement, as it is sent. */
interface Acknowledgement {
  readonly fence: string;
  readonly nodeId: string;
}

export function encodeInvalidation({ keys, fence, replyTo }: Invalidation): string {
  return JSON.stringify({ keys, fence, replyTo });
}

/** Reads an invalidation; undefined for what this package has not sent. */
export function decodeInvalidation(text: string): Invalidation | undefined {
  const message = objectIn(text);
  const { keys, fence, replyTo } = message;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) return undefined;
  if (typeof fence !== "string" || typeof replyTo !== "string") return undefined;
  return { keys, fence, replyTo };
}

export function encodeAcknowledgement({ fence, nodeId }: Acknowledgement): string {
  return JSON.stringify({ fence, nodeId });
}

export function decodeAcknowledgement(text: string): Acknowledgement | undefined {
  const { fence, nodeId } = objectIn(text);
  return typeof fence === "string" && typeof nodeId === "string" ? { fence, nodeId } : undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
