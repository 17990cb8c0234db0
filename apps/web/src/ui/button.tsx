import type { ComponentProps, ReactNode } from "react";
import "./button.css";

/** How much a button asks for attention: one `primary` a page, `danger` for what cannot be undone. */
export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";

export interface ButtonLook {
  readonly variant?: ButtonVariant;
  readonly size?: "medium" | "small";
}

/** What makes an element look like a button: a link that is one, for instance. */
export function buttonLook({ variant = "secondary", size = "medium" }: ButtonLook = {}) {
  return { className: "button", "data-variant": variant, "data-size": size };
}

type ButtonProps = ButtonLook &
  Omit<ComponentProps<"button">, "className"> & {
    /** Whether what it began is under way: a second press does nothing. */
    readonly isBusy?: boolean;
  };

export function Button({
  variant,
  size,
  isBusy = false,
  type = "button",
  onClick,
  "aria-disabled": ariaDisabled,
  ...rest
}: ButtonProps): ReactNode {
  const isInert = isBusy || ariaDisabled === true || ariaDisabled === "true";
  return (
    <button
      {...buttonLook({ ...(variant && { variant }), ...(size && { size }) })}
      {...rest}
      type={type}
      // Not `disabled`: that would take the focus away from who pressed it by keyboard.
      aria-busy={isBusy || undefined}
      aria-disabled={isInert || undefined}
      onClick={(event) => {
        if (isInert) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
