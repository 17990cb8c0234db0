import { lazy, Suspense, useState, useSyncExternalStore, type ReactNode } from "react";
import { hasToasts, subscribeToToasts } from "./show-toast.ts";

// Most visits show none.
const ToastRegion = lazy(() => import("./toast-region.tsx"));

/** Where toasts appear, over every page. */
export function Toasts(): ReactNode {
  const [isNeeded, setIsNeeded] = useState(false);
  const isAsked = useSyncExternalStore(subscribeToToasts, hasToasts);
  if (isAsked && !isNeeded) setIsNeeded(true);
  if (!isNeeded) return null;
  return (
    <Suspense>
      <ToastRegion />
    </Suspense>
  );
}
