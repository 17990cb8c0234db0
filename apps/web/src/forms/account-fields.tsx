import type { ComponentProps, ReactNode } from "react";
import { TextField } from "../ui/field.tsx";

type Field = ComponentProps<typeof TextField>;

/** By which one signs in, as password managers know it. */
export function EmailField(field: Omit<Field, "label">): ReactNode {
  return <TextField label="Email" type="email" autoComplete="username" {...field} />;
}

/** The password that one has. */
export function PasswordField(field: Field): ReactNode {
  return <TextField type="password" autoComplete="current-password" {...field} />;
}

/** The password that one will have. */
export function NewPasswordField(field: Field): ReactNode {
  return (
    <TextField
      type="password"
      autoComplete="new-password"
      hint="At least 15 characters: a few words that only you would put together."
      {...field}
    />
  );
}
