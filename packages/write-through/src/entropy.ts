/** What must not be guessed, and what must not be the same twice. */
export interface Entropy {
  /** A token that nobody has used before. */
  token(): string;
  /** A fresh fence: 63 random bits in decimal, so that it is also the key of an advisory lock. */
  fence(): string;
  /** From 0 to 1. */
  fraction(): number;
}
