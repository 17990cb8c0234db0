/** A key that was to be imported is not taken; the message says why, and never quotes the key. */
export class WeakKeyError extends Error {
  override readonly name = "WeakKeyError";
  readonly code = "weak_key";

  constructor(why: string) {
    super(`The key was not imported: ${why}.`);
  }
}
