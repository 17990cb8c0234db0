import { isPortcullisError } from "@portcullis/client";

/** What a person is told of a call that failed: of single fields by their names, else of all of it. */
export interface Problem {
  readonly text?: string;
  readonly fields: Readonly<Record<string, string>>;
}

const ruleOf: Readonly<Record<string, string>> = {
  name: "Enter 1 to 100 characters.",
  email: "Enter an address like ada@example.com.",
  password: "Enter 15 to 256 characters.",
  text: "Enter 1 to 200 characters.",
};

export function problemOf(error: unknown): Problem {
  if (!isPortcullisError(error)) {
    return { text: "The server cannot be reached. Try again in a moment.", fields: {} };
  }
  const { data } = error;
  switch (data.reason) {
    case "input_invalid": {
      const issues = data.issues ?? [];
      const fields = issues.map(({ path, message }) => [path, ruleOf[path] ?? message]);
      return { fields: Object.fromEntries(fields) };
    }
    case "password_refused":
      return { fields: { password: "This is easy to guess. Choose another one." } };
    case "invalid_credentials":
      return data.path === "auth.verifyEmail"
        ? { fields: { password: "This is not the password of the new account." } }
        : {
            text: "Email or password is wrong, or the email is not confirmed yet.",
            fields: {},
          };
    case "email_token_invalid":
      return {
        text: "This link is no longer valid. Create the account again to get another one.",
        fields: {},
      };
    case "rate_limited":
      return {
        text: `Too many tries. Try again in ${timeOf(data.retryAfterSeconds)}.`,
        fields: {},
      };
    default:
      return { text: error.message, fields: {} };
  }
}

function timeOf(seconds: number): string {
  const [count, unit] = seconds > 90 ? [Math.ceil(seconds / 60), "minute"] : [seconds, "second"];
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" }).format(count);
}
