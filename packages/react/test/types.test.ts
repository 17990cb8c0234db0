import type { PortcullisClient, PortcullisSession, SessionSnapshot } from "@portcullis/client";
import type { AuthProcedures, ErrorShape, SessionSummary, User } from "@portcullis/server";
import type { TRPCClient } from "@trpc/client";
import type { TRPCBuiltRouter } from "@trpc/server";
import { expectTypeOf, test } from "vitest";
import type {
  PortcullisProviderProps,
  ReactClient,
  useRestoredSession,
  useSession,
  useSessions,
  useSignedInUser,
  useStepUp,
  useUser,
} from "../src/index.ts";
import type { TestRouter } from "./router.ts";

type OtherRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { identity: AuthProcedures }
>;

test("a client fits whose router has the auth procedures under auth", () => {
  expectTypeOf<PortcullisClient<TestRouter>>().toExtend<ReactClient>();
  expectTypeOf<PortcullisClient<OtherRouter>>().not.toExtend<ReactClient>();
});

test("a client of parts fits, whatever the key of the auth procedures", () => {
  expectTypeOf<{
    session: PortcullisSession;
    api: { auth: TRPCClient<OtherRouter>["identity"] };
  }>().toExtend<ReactClient>();
  expectTypeOf<{ session: PortcullisSession }>().not.toExtend<ReactClient>();
});

test("the hooks tell who is signed in", () => {
  expectTypeOf<ReturnType<typeof useSession>>().toEqualTypeOf<SessionSnapshot>();
  expectTypeOf<ReturnType<typeof useUser>>().toEqualTypeOf<User | undefined>();
  expectTypeOf<ReturnType<typeof useSignedInUser>>().toEqualTypeOf<User>();
  expectTypeOf<ReturnType<typeof useRestoredSession>["status"]>().toEqualTypeOf<
    "signedOut" | "signedIn" | "expired"
  >();
  expectTypeOf<PortcullisProviderProps["initialUser"]>().toEqualTypeOf<User | null | undefined>();
});

test("the hooks are typed by what they call", () => {
  expectTypeOf<ReturnType<typeof useSessions>["sessions"]>().toEqualTypeOf<
    readonly SessionSummary[] | undefined
  >();
  type Run = ReturnType<typeof useStepUp>["run"];
  expectTypeOf<Run>().toBeCallableWith(async () => 7);
  const run: Run = (call) => call();
  expectTypeOf(run(async () => 7)).resolves.toEqualTypeOf<number>();
});
