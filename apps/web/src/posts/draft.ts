/** What was written of a post and is not sent yet. */
export interface Draft {
  readonly title: string;
  readonly body: string;
}

/** Whose draft it is, and of which post: on a shared machine nobody meets another one's. */
export function newPostDraft(userId: string): string {
  return `draft:${userId}:new`;
}

export function editDraft(userId: string, postId: string): string {
  return `draft:${userId}:${postId}`;
}

/** It outlives the end of the session, and a reload; not the tab. */
export function readDraft(key: string): Draft | undefined {
  try {
    return toDraft(JSON.parse(sessionStorage.getItem(key) ?? "null"));
  } catch {
    return undefined;
  }
}

export function keepDraft(key: string, { title, body }: Draft): void {
  try {
    sessionStorage.setItem(key, JSON.stringify({ title, body }));
  } catch {
    // Storage is forbidden or full: the form itself still has it.
  }
}

export function clearDraft(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // There was none then.
  }
}

function toDraft(value: unknown): Draft | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { title, body } = value as Partial<Record<keyof Draft, unknown>>;
  return typeof title === "string" && typeof body === "string" ? { title, body } : undefined;
}
