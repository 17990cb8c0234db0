import { client } from "../client.ts";
import { randomId } from "./random-id.ts";

/** Whose devices the lab opens. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

let throwaway: Promise<Credentials> | undefined;

/** An account that nobody else knows, for as long as the page is open. */
export function throwawayAccount(): Promise<Credentials> {
  throwaway ??= register().catch((error: unknown) => {
    throwaway = undefined;
    throw error;
  });
  return throwaway;
}

async function register(): Promise<Credentials> {
  const email = `lab-${randomId()}@example.test`;
  const password = `${randomId()} ${randomId()}`;
  await client.api.auth.register.mutate({ email, password, name: "Visitor of the lab" });
  return { email, password };
}
