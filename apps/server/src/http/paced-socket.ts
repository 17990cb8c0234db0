import { WebSocket } from "ws";
import { socketLimits, type SocketLimits } from "./socket-limits.ts";

type Pace = Pick<SocketLimits, "maxMessagesPerSecond" | "maxWaitingMessages" | "maxUnreadBytes">;
type Data = Parameters<WebSocket["send"]>[0];
type SendOptions = Parameters<WebSocket["send"]>[1];
type OnSent = (error?: Error) => void;

const secondMs = 1000;

/**
 * A WebSocket that is read no faster than its pace allows, and written no further ahead of its
 * client. While it is paused it holds what has arrived: by itself it would still give out all that
 * had arrived together, which may be a thousand calls. A client that leaves too much waiting, for us
 * or for itself, is cut.
 */
export class PacedSocket extends WebSocket {
  readonly #held: unknown[][] = [];
  #pace: Pace = socketLimits;
  #isPausedByCaller = false;
  #readInSecond = 0;
  #unread = 0;

  /** Other limits than the usual ones. */
  setPace(pace: Pace): void {
    this.#pace = pace;
  }

  /** Counts what a second may bring, where a message brings more than itself. */
  count(messages: number): void {
    if (this.#readInSecond === 0) setTimeout(() => this.#beginSecond(), secondMs).unref();
    this.#readInSecond += messages;
    const { maxMessagesPerSecond, maxWaitingMessages } = this.#pace;
    if (this.#readInSecond >= maxMessagesPerSecond) super.pause();
    // Pings are not held: they are given out to the end of what had arrived.
    if (this.#readInSecond > maxMessagesPerSecond + maxWaitingMessages) this.terminate();
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === "message" && this.isPaused) return this.#hold(values);
    if (event === "message" || event === "ping" || event === "pong") this.count(1);
    return super.emit(event, ...values);
  }

  override pause(): void {
    this.#isPausedByCaller = true;
    super.pause();
  }

  override resume(): void {
    this.#isPausedByCaller = false;
    this.#goOn();
  }

  override send(data: Data, options?: SendOptions | OnSent, onSent?: OnSent): void {
    const { maxUnreadBytes, maxWaitingMessages } = this.#pace;
    // A small message takes more memory than its bytes, so that they are counted too.
    if (this.bufferedAmount > maxUnreadBytes || this.#unread >= maxWaitingMessages) {
      this.terminate();
      return;
    }
    this.#unread += 1;
    const [told, how] = typeof options === "function" ? [options, {}] : [onSent, options ?? {}];
    super.send(data, how, (error) => {
      this.#unread -= 1;
      told?.(error);
    });
  }

  #hold(values: unknown[]): boolean {
    if (this.#held.length < this.#pace.maxWaitingMessages) this.#held.push(values);
    else this.terminate();
    return true;
  }

  #beginSecond(): void {
    this.#readInSecond = 0;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isPausedByCaller || this.#readInSecond >= this.#pace.maxMessagesPerSecond) return;
    super.resume();
    while (!this.isPaused) {
      const values = this.#held.shift();
      if (values === undefined) return;
      this.emit("message", ...values);
    }
  }
}
