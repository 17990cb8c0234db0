import { createAdminProcedures } from "./admin/admin-procedures.ts";
import { createPermitted } from "./admin/permitted.ts";
import { changeEmailInput } from "./accounts/change-email-input.ts";
import { changeEmail } from "./accounts/change-email.ts";
import { changePasswordInput } from "./accounts/change-password-input.ts";
import { changePassword } from "./accounts/change-password.ts";
import { confirmEmail, confirmEmailInput } from "./accounts/confirm-email.ts";
import { forgotPasswordInput } from "./accounts/forgot-password-input.ts";
import { forgotPassword } from "./accounts/forgot-password.ts";
import { registerInput } from "./accounts/register-input.ts";
import { activityInput, pageActivity } from "./accounts/page-activity.ts";
import { register } from "./accounts/register.ts";
import { removeAccount } from "./accounts/remove-account.ts";
import { renameInput } from "./accounts/rename-input.ts";
import { rename } from "./accounts/rename.ts";
import { resetPasswordInput } from "./accounts/reset-password-input.ts";
import { resetPassword } from "./accounts/reset-password.ts";
import { verifyEmailInput } from "./accounts/verify-email-input.ts";
import { verifyEmail } from "./accounts/verify-email.ts";
import type { LimitedCall } from "./limits/require-admission.ts";
import { createOpenToAll } from "./open-to-all.ts";
import type { Parts } from "./parts.ts";
import { confirmInput } from "./sessions/confirm-input.ts";
import { confirm } from "./sessions/confirm.ts";
import { listSessions } from "./sessions/list-sessions.ts";
import { loginInput } from "./sessions/login-input.ts";
import { login } from "./sessions/login.ts";
import { logoutEverywhere } from "./sessions/logout-everywhere.ts";
import { logout } from "./sessions/logout.ts";
import { refresh, refreshInput } from "./sessions/refresh.ts";
import { revokeOtherSessions } from "./sessions/revoke-other-sessions.ts";
import { revokeOwnSession, revokeSessionInput } from "./sessions/revoke-session.ts";
import { createSentAlone } from "./sent-alone.ts";
import { createSignedIn } from "./signed-in.ts";
import { noInput } from "./text-rules.ts";
import type { Root } from "./trpc.ts";

/** The API, as a plain record. {@link AuthProcedures} in `contract.ts` is what clients see of it. */
export function createProcedures(root: Root, parts: Parts) {
  const sentAlone = createSentAlone(root, parts);
  const anyone = (call: LimitedCall) => createOpenToAll(root, parts, call).concat(sentAlone);
  const signedIn = createSignedIn(root, parts);
  return {
    register: anyone("register")
      .input(registerInput)
      .mutation(({ input, ctx }) => register(parts, input, ctx)),
    verifyEmail: anyone("verifyEmail")
      .input(verifyEmailInput)
      .mutation(({ input, ctx }) => verifyEmail(parts, input, ctx)),
    login: anyone("other")
      .input(loginInput)
      .mutation(({ input, ctx }) => login(parts, input, ctx)),
    refresh: anyone("refresh")
      .input(refreshInput)
      .mutation(({ input, ctx }) => refresh(parts, input, ctx)),
    forgotPassword: anyone("forgotPassword")
      .input(forgotPasswordInput)
      .mutation(({ input, ctx }) => forgotPassword(parts, input, ctx)),
    resetPassword: anyone("resetPassword")
      .input(resetPasswordInput)
      .mutation(({ input, ctx }) => resetPassword(parts, input, ctx)),
    logout: signedIn.input(noInput).mutation(({ ctx }) => logout(parts, ctx)),
    logoutEverywhere: signedIn.input(noInput).mutation(({ ctx }) => logoutEverywhere(parts, ctx)),
    confirm: signedIn
      .concat(sentAlone)
      .input(confirmInput)
      .mutation(({ input, ctx }) => confirm(parts, input, ctx)),
    me: signedIn.input(noInput).query(({ ctx }) => ctx.auth.user),
    sessions: {
      list: signedIn.input(noInput).query(({ ctx }) => listSessions(parts, ctx.auth)),
      revoke: signedIn
        .input(revokeSessionInput)
        .mutation(({ input, ctx }) => revokeOwnSession(parts, input, ctx)),
      revokeOthers: signedIn.input(noInput).mutation(({ ctx }) => revokeOtherSessions(parts, ctx)),
    },
    account: {
      activity: signedIn
        .input(activityInput)
        .query(({ input, ctx }) => pageActivity(parts, input, ctx.auth)),
      rename: signedIn.input(renameInput).mutation(({ input, ctx }) => rename(parts, input, ctx)),
      changePassword: signedIn
        .concat(sentAlone)
        .input(changePasswordInput)
        .mutation(({ input, ctx }) => changePassword(parts, input, ctx)),
      changeEmail: signedIn
        .input(changeEmailInput)
        .mutation(({ input, ctx }) => changeEmail(parts, input, ctx)),
      confirmEmail: createSignedIn(root, parts, { call: "account.confirmEmail" })
        .concat(sentAlone)
        .input(confirmEmailInput)
        .mutation(({ input, ctx }) => confirmEmail(parts, input, ctx)),
      remove: signedIn.input(noInput).mutation(({ ctx }) => removeAccount(parts, ctx)),
    },
    admin: createAdminProcedures(createPermitted(root, parts), parts),
  };
}
