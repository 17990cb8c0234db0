import type { AuditEntry, AuditKind } from "@portcullis/server";
import {
  AtSign,
  Ban,
  Dot,
  KeyRound,
  LogIn,
  LogOut,
  ShieldAlert,
  ShieldCheck,
  ShieldX,
  UserPlus,
  UserRoundCog,
  type LucideIcon,
} from "lucide-react";

const icons: Readonly<Partial<Record<AuditKind, LucideIcon>>> = {
  registration_accepted: UserPlus,
  email_verified: ShieldCheck,
  login_succeeded: LogIn,
  refresh_token_reused: ShieldAlert,
  session_revoked: LogOut,
  sessions_revoked: LogOut,
  logged_out_everywhere: LogOut,
  user_logged_out: LogOut,
  all_tokens_revoked: LogOut,
  confirmed: ShieldCheck,
  password_changed: KeyRound,
  password_reset_requested: KeyRound,
  password_reset: KeyRound,
  email_change_requested: AtSign,
  email_changed: AtSign,
  name_changed: UserRoundCog,
  role_changed: UserRoundCog,
  admin_created: UserRoundCog,
  user_banned: Ban,
  user_unbanned: ShieldCheck,
};

/** A picture for an event of one's own account. Kinds that came later have a plain one. */
export function activityIcon({ kind, outcome }: Pick<AuditEntry, "kind" | "outcome">): LucideIcon {
  if (Object.hasOwn(icons, kind)) return icons[kind as AuditKind] ?? Dot;
  return outcome === "refused" ? ShieldX : Dot;
}
