import { WebSocket } from "ws";

/**
 * A WebSocket that gives out no message while it is paused. By itself it would still give out all
 * that had arrived together, which may be a thousand calls. No more than that is ever held.
 */
export class PacedSocket extends WebSocket {
  readonly #held: unknown[][] = [];

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== "message" || !this.isPaused) return super.emit(event, ...values);
    this.#held.push(values);
    return true;
  }

  override resume(): void {
    super.resume();
    while (!this.isPaused) {
      const values = this.#held.shift();
      if (values === undefined) return;
      super.emit("message", ...values);
    }
  }
}
