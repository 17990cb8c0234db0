/** What is looked at, in the order in which it is told. */
export type Subject =
  | "configuration"
  | "data folder"
  | "postgres"
  | "redis"
  | "clock"
  | "signing keys"
  | "mail"
  | "breached passwords";

/** What a look at the service's surroundings has found. */
export type Finding =
  | { readonly state: "ok"; readonly subject: Subject; readonly message: string }
  /** It could not be looked at; another finding says why. */
  | { readonly state: "skipped"; readonly subject: Subject; readonly message: string }
  | {
      /** `error`: must be mended. `warning`: somebody should know and decide. */
      readonly state: "error" | "warning";
      readonly subject: Subject;
      readonly message: string;
      /** What to do, in a sentence. */
      readonly remedy: string;
    };

export function fine(subject: Subject, message: string): Finding {
  return { state: "ok", subject, message };
}

export function skipped(subject: Subject, message: string): Finding {
  return { state: "skipped", subject, message };
}

export function warning(subject: Subject, message: string, remedy: string): Finding {
  return { state: "warning", subject, message, remedy };
}

export function fault(subject: Subject, message: string, remedy: string): Finding {
  return { state: "error", subject, message, remedy };
}
