/** Where to go after signing in: a path of this site, whatever a link says. */
export function nextPage(next: unknown): string | undefined {
  if (typeof next !== "string" || next.length > 500) return undefined;
  // Browsers read \ as /, and // as the beginning of another site.
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next) ? next : undefined;
}
