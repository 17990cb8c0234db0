/** What every command takes. */
export const commonArgs = {
  json: { type: "boolean", description: "Print one JSON document instead of text" },
} as const;

/** What commands take that ask first. */
export const askingArgs = {
  ...commonArgs,
  yes: { type: "boolean", description: "Do not ask" },
} as const;
