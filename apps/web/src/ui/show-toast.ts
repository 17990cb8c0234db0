import type { Tone } from "./notice.tsx";

export interface ToastText {
  readonly text: string;
  readonly tone: Tone;
}

const waitingMax = 10;
let waiting: readonly ToastText[] = [];
const listeners = new Set<() => void>();

/** Says what has happened elsewhere than where one looks. What went wrong in a form stands in the form. */
export function showToast(text: string, tone: Tone = "good"): void {
  waiting = [...waiting, { text, tone }].slice(-waitingMax);
  for (const listener of listeners) listener();
}

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether something has been said since it was last taken. */
export function hasToasts(): boolean {
  return waiting.length > 0;
}

export function takeToasts(): readonly ToastText[] {
  const taken = waiting;
  waiting = [];
  return taken;
}
