const unprintable = /[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** The text without what steers a terminal, turns the direction of writing, or is no character. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, "\u{fffd}");
}
