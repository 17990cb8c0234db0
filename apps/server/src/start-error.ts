/** Why the service can not start, in words for the person who starts it. */
export class StartError extends Error {
  readonly code: "folder_in_use" | "port_taken" | "postgres_unreachable";
  override readonly name = "StartError";

  constructor(code: StartError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
