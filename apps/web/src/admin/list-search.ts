const searchMaxLength = 100;

/** What is sought among users, as the address of the page has it. */
export function usersSearch({ q }: { q?: unknown }): { q?: string } {
  // The router reads ?q=15 as a number.
  const text = String(typeof q === "string" || typeof q === "number" ? q : "");
  const sought = text.trim().slice(0, searchMaxLength);
  return sought === "" ? {} : { q: sought };
}

/** Whose entries of the audit log are shown, as the address of the page has it. */
export function auditSearch({ user }: { user?: unknown }): { user?: string } {
  return typeof user === "string" && isUserId(user) ? { user } : {};
}

export function isUserId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(text);
}
