import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  clientOf,
  newCredentials,
  outboxJsonOf,
  outcomeOf,
  signedInClient,
  standingOf,
  startTestServers,
  type TestServers,
  type TestService,
} from "./test-service.ts";

const newPassword = "an entirely new password";
let servers: TestServers;
let service: TestService;
let strict: TestService;

beforeAll(async () => {
  servers = await startTestServers();
  service = await servers.startNode();
  strict = await servers.startNode({ config: { requireVerifiedEmail: true } });
});
afterAll(async () => {
  await service?.stop();
  await strict?.stop();
  await servers?.[Symbol.asyncDispose]();
});

interface Mail {
  readonly to: string;
  readonly text: string;
}

async function mailsOf(node: TestService): Promise<Mail[]> {
  const response = await fetch(outboxJsonOf(node));
  return ((await response.json()) as { mails: Mail[] }).mails;
}

/** The token of a mail, as a person reads it. Either node may have sent it: they share the table. */
async function mailedToken(email: string, page: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const mails = [...(await mailsOf(service)), ...(await mailsOf(strict))];
      const link = new RegExp(`https://app\\.test/${page}#token=(\\S+)`);
      const mail = mails.find(({ to, text }) => to === email && link.test(text));
      const token = link.exec(mail?.text ?? "")?.[1];
      if (token === undefined) throw new Error(`No mail for ${email} yet`);
      return decodeURIComponent(token);
    },
    { timeout: 20_000 },
  );
}

it("a person registers, reads the mail, signs in, forgets the password and sets another", async () => {
  const { api, session } = clientOf(strict);
  const credentials = newCredentials();
  await api.auth.register.mutate({ ...credentials, name: "Ada" });
  expect(await outcomeOf(api.auth.login.mutate(credentials))).toBe("invalid_credentials");
  const token = await mailedToken(credentials.email, "verify-email");
  await api.auth.verifyEmail.mutate({ token, password: credentials.password });
  const { user, accessToken } = await api.auth.login.mutate(credentials);
  expect(user.emailVerified).toBe(true);

  await api.auth.forgotPassword.mutate({ email: credentials.email });
  const reset = await mailedToken(credentials.email, "reset-password");
  await api.auth.resetPassword.mutate({ token: reset, newPassword });
  expect(await standingOf(strict, accessToken)).toBe("token_revoked");
  expect(await outcomeOf(api.auth.me.query())).toBe("token_revoked");
  expect(session.getSnapshot()).toMatchObject({ status: "expired" });
  await api.auth.login.mutate({ email: credentials.email, password: newPassword });
  expect(session.getSnapshot()).toMatchObject({ status: "signedIn" });
});

it("RT-13 what one node revokes, the other refuses", async () => {
  const { api, accessToken, credentials } = await signedInClient(service);
  expect(await standingOf(strict, accessToken)).toBe("token_revoked");
  await api.auth.forgotPassword.mutate({ email: credentials.email });
  const token = await mailedToken(credentials.email, "reset-password");
  await clientOf(strict).api.auth.resetPassword.mutate({ token, newPassword });
  expect(await standingOf(service, accessToken)).toBe("token_revoked");
});
