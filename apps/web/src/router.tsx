import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { auditSearch, usersSearch } from "./admin/list-search.ts";
import { HomePage } from "./home/home-page.tsx";
import { nextPage } from "./shell/next-page.ts";
import { Shell } from "./shell/shell.tsx";
import { SignedInArea } from "./shell/signed-in-area.tsx";
import { NotFoundPage, TroublePage } from "./shell/trouble-page.tsx";
import { Skeleton } from "./ui/skeleton.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // Also when it is undefined: what is left out here the router takes from the address as it is.
  validateSearch: ({ next }: { next?: unknown }): { next?: string | undefined } => ({
    next: nextPage(next),
  }),
  component: lazyRouteComponent(() => import("./auth/sign-in-page.tsx"), "SignInPage"),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("./auth/sign-up-page.tsx"), "SignUpPage"),
});
const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(() => import("./auth/verify-email-page.tsx"), "VerifyEmailPage"),
});
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(
    () => import("./auth/forgot-password-page.tsx"),
    "ForgotPasswordPage",
  ),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(
    () => import("./auth/reset-password-page.tsx"),
    "ResetPasswordPage",
  ),
});

const posts = createRoute({
  getParentRoute: () => root,
  path: "/posts",
  component: lazyRouteComponent(() => import("./posts/posts-page.tsx"), "PostsPage"),
});
const post = createRoute({
  getParentRoute: () => root,
  path: "/posts/$postId",
  component: lazyRouteComponent(() => import("./posts/post-page.tsx"), "PostPage"),
});

const lab = createRoute({
  getParentRoute: () => root,
  path: "/lab",
  component: lazyRouteComponent(() => import("./lab/lab-page.tsx"), "LabPage"),
});
const outbox = createRoute({
  getParentRoute: () => root,
  path: "/outbox",
  component: lazyRouteComponent(() => import("./outbox/outbox-page.tsx"), "OutboxPage"),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: SignedInArea,
});
const newPost = createRoute({
  getParentRoute: () => signedIn,
  path: "/posts/new",
  component: lazyRouteComponent(() => import("./posts/write-post-page.tsx"), "WritePostPage"),
});
const editPost = createRoute({
  getParentRoute: () => signedIn,
  path: "/posts/$postId/edit",
  component: lazyRouteComponent(() => import("./posts/edit-post-page.tsx"), "EditPostPage"),
});
const confirmEmail = createRoute({
  getParentRoute: () => signedIn,
  path: "/confirm-email",
  component: lazyRouteComponent(
    () => import("./account/confirm-email-page.tsx"),
    "ConfirmEmailPage",
  ),
});
const account = createRoute({
  getParentRoute: () => signedIn,
  path: "/account",
  component: lazyRouteComponent(() => import("./account/account-area.tsx"), "AccountArea"),
});
const profile = createRoute({
  getParentRoute: () => account,
  path: "/",
  component: lazyRouteComponent(() => import("./account/profile-page.tsx"), "ProfilePage"),
});
const devices = createRoute({
  getParentRoute: () => account,
  path: "/devices",
  component: lazyRouteComponent(() => import("./account/devices-page.tsx"), "DevicesPage"),
});
const security = createRoute({
  getParentRoute: () => account,
  path: "/security",
  component: lazyRouteComponent(() => import("./account/security-page.tsx"), "SecurityPage"),
});
const activity = createRoute({
  getParentRoute: () => account,
  path: "/activity",
  component: lazyRouteComponent(() => import("./account/activity-page.tsx"), "ActivityPage"),
});

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: "/admin",
  component: lazyRouteComponent(() => import("./admin/admin-area.tsx"), "AdminArea"),
});
const users = createRoute({
  getParentRoute: () => admin,
  path: "/",
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import("./admin/users-page.tsx"), "UsersPage"),
});
const user = createRoute({
  getParentRoute: () => admin,
  path: "/users/$userId",
  component: lazyRouteComponent(() => import("./admin/user-page.tsx"), "UserPage"),
});
const audit = createRoute({
  getParentRoute: () => admin,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("./admin/audit-page.tsx"), "AuditPage"),
});
const health = createRoute({
  getParentRoute: () => admin,
  path: "/health",
  component: lazyRouteComponent(() => import("./admin/health-page.tsx"), "HealthPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    signUp,
    verifyEmail,
    forgotPassword,
    resetPassword,
    posts,
    post,
    lab,
    outbox,
    signedIn.addChildren([
      newPost,
      editPost,
      confirmEmail,
      account.addChildren([profile, devices, security, activity]),
      admin.addChildren([users, user, audit, health]),
    ]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: TroublePage,
  defaultPendingComponent: () => (
    <div className="page">
      <Skeleton lines={4} />
    </div>
  ),
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
