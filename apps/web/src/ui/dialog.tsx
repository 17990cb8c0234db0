import { Dialog as Primitive } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import "./dialog.css";

/** A question over the page. Escape and a press beside it close it; the focus goes back where it was. */
export function Dialog({
  isOpen,
  onClose,
  title,
  lead,
  children,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Backdrop className="dialog__backdrop" />
        <Primitive.Popup className="dialog">
          <Primitive.Title render={<h2 />}>{title}</Primitive.Title>
          {lead !== undefined && (
            <Primitive.Description className="dialog__lead" render={<div />}>
              {lead}
            </Primitive.Description>
          )}
          {children}
        </Primitive.Popup>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function DialogActions({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="dialog__actions">{children}</div>;
}
