import { afterAll, beforeAll, expect, test } from "vitest";
import { permissionMatrix } from "../../test/permission-matrix.ts";
import { claimsOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertPerson, insertSignedIn, validInputs } from "../../test/valid-calls.ts";
import { walkRouter } from "../../test/walk-router.ts";
import type { AuditKind } from "./audit-event.ts";

let world: TestWorld;
let node: TestNode;
let queries: ReadonlySet<string>;

beforeAll(async () => {
  world = await startWorld({
    auth: {
      accounts: { requireVerifiedEmail: true },
      roles: { custom: { moderator: ["users:read", "users:ban"] } },
    },
  });
  [node] = world.nodes;
  const procedures = walkRouter(node.auth.router);
  queries = new Set(procedures.flatMap(({ path, type }) => (type === "query" ? [path] : [])));
  // The last admin could not delete the account.
  await insertPerson(node, "admin");
});
afterAll(() => world[Symbol.asyncDispose]());

/** Whom an entry names: `other` is in the call's input, `new` is made by the call. */
type Who = "caller" | "other" | "new" | "nobody";

/** Which session it names: the one that the call was made from, or one that it has opened. */
type Which = "caller's" | "opened" | "none";

/** What happened, who did it, whose account it is about, and the session. */
type Entry = readonly [kind: AuditKind, actor: Who, user: Who, session: Which];

/** What the log has of each call that succeeds. */
const entries: Readonly<Record<string, readonly Entry[]>> = {
  register: [["registration_accepted", "nobody", "nobody", "none"]],
  verifyEmail: [["email_verified", "nobody", "new", "none"]],
  // It takes the place of the session whose token comes with it.
  login: [
    ["login_succeeded", "nobody", "caller", "opened"],
    ["session_revoked", "nobody", "caller", "caller's"],
  ],
  // Only `onEvent` is told of it.
  refresh: [],
  forgotPassword: [["password_reset_requested", "nobody", "nobody", "none"]],
  resetPassword: [["password_reset", "nobody", "caller", "none"]],
  logout: [["session_revoked", "caller", "caller", "caller's"]],
  logoutEverywhere: [["logged_out_everywhere", "caller", "caller", "caller's"]],
  confirm: [["confirmed", "caller", "caller", "opened"]],
  me: [],
  "sessions.list": [],
  "sessions.revoke": [["session_revoked", "caller", "caller", "caller's"]],
  "sessions.revokeOthers": [["sessions_revoked", "caller", "caller", "caller's"]],
  "account.activity": [],
  "account.rename": [["name_changed", "caller", "caller", "caller's"]],
  "account.changePassword": [["password_changed", "caller", "caller", "opened"]],
  "account.changeEmail": [["email_change_requested", "caller", "caller", "caller's"]],
  "account.confirmEmail": [["email_changed", "caller", "caller", "caller's"]],
  "account.remove": [["account_deleted", "caller", "caller", "caller's"]],
  "admin.users.list": [],
  "admin.users.byId": [],
  "admin.users.ban": [["user_banned", "caller", "other", "caller's"]],
  "admin.users.unban": [["user_unbanned", "caller", "other", "caller's"]],
  "admin.users.logout": [["user_logged_out", "caller", "other", "caller's"]],
  "admin.users.setRole": [["role_changed", "caller", "other", "caller's"]],
  "admin.auditLog": [],
  "admin.revokeAllTokens": [["all_tokens_revoked", "caller", "nobody", "caller's"]],
};

test.each(Object.keys(permissionMatrix))(
  "V16.3.1 %s leaves its entries in the audit log, and reports them",
  async (path) => {
    const caller = await insertSignedIn(node, "admin");
    const other = await insertPerson(node);
    const input = await validInputs[path]?.({ node, caller, other });
    const log = node.database.selectFrom("portcullis.audit_event").selectAll().orderBy("id");
    const before = await log.execute();
    const { accessToken: token } = caller.tokens;
    const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const answer = queries.has(path)
      ? await node.query(`auth.${path}${query}`, { token })
      : await node.mutate(`auth.${path}`, input, { token });
    expect(answer.status).toBe(200);

    const nameUser = (id: string | null): Who => {
      if (id === null) return "nobody";
      if (id === caller.id) return "caller";
      return id === other.id ? "other" : "new";
    };
    const nameSession = (id: string | null): Which => {
      if (id === null) return "none";
      return id === claimsOf(token).sid ? "caller's" : "opened";
    };
    const added = (await log.execute()).slice(before.length);
    const seen = added.map((row) => [
      row.kind,
      nameUser(row.actor_id),
      nameUser(row.user_id),
      nameSession(row.session_id),
    ]);
    expect(seen).toEqual(entries[path]);
    for (const row of added) {
      const at = new Date(world.clock.nowMs);
      expect(row).toMatchObject({ outcome: "success", at, address: "192.0.2.1" });
      const reported = node.events.filter(
        (event) =>
          "requestId" in event && event.requestId === row.request_id && event.kind === row.kind,
      );
      expect(reported).toHaveLength(1);
    }
  },
);
