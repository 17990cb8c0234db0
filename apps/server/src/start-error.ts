/** Why the service can not start, in words for the person who starts it. */
export class StartError extends Error {
  readonly code:
    | "breach_file_unusable"
    | "config_invalid"
    | "folder_in_use"
    | "lease_differs"
    | "not_migrated"
    | "pages_missing"
    | "port_taken"
    | "postgres_unreachable";
  override readonly name = "StartError";

  constructor(code: StartError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a driver says; when it tried several addresses it says nothing but a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
