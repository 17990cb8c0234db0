import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { subscribeToToasts, takeToasts } from "./show-toast.ts";
import "./toast.css";

const shownMax = 3;

export default function ToastRegion(): ReactNode {
  return (
    <Toast.Provider limit={shownMax}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ShownToasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ShownToasts(): ReactNode {
  const { toasts, add } = Toast.useToastManager();
  useEffect(() => {
    const show = (): void => {
      for (const { text, tone } of takeToasts()) {
        add({ title: text, type: tone });
      }
    };
    show();
    return subscribeToToasts(show);
  }, [add]);
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Title className="toast__text" render={<div />} />
      <Toast.Close render={<Button variant="quiet" size="small" aria-label="Dismiss" />}>
        <X aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ));
}
