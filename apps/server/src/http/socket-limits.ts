/** What clients may take of the service's memory and time by WebSockets. */
export interface SocketLimits {
  /** WebSockets at once; they are connections too, and leave room for requests. */
  readonly maxSockets: number;
  /** WebSockets of one address, or /64 of IPv6, at once: the browsers behind one router. */
  readonly maxSocketsPerAddress: number;
  /** Largest message, in bytes; a connection that sends a larger one is closed. */
  readonly maxMessageBytes: number;
  /** Parts of a message: its frames, and what arrives at a time; above it the connection is closed. */
  readonly maxMessageParts: number;
  /** Calls in a message: tRPC's client sends all that are made at the same moment in one. */
  readonly maxBatchSize: number;
  /** Calls of a connection that are being answered; above it no more of them are read. */
  readonly maxCallsInFlight: number;
  /** Messages, pings and calls of a batch that are read in a second; the others wait. */
  readonly maxMessagesPerSecond: number;
  /** Messages that wait for us to read them, or for the client; above it the connection is cut. */
  readonly maxWaitingMessages: number;
  /** Most that waits for a client to read it, in bytes; above it the connection is cut. */
  readonly maxUnreadBytes: number;
  /** Longest wait for the message that says whose the connection is, in milliseconds. */
  readonly contextMs: number;
  /** Silence of a client after which it is asked for a sign of life, in milliseconds. */
  readonly pingMs: number;
  /** Longest wait for that sign, in milliseconds. */
  readonly pongMs: number;
  /** Life of a connection, in milliseconds: then the client connects anew, with a token of now. */
  readonly lifeMs: number;
  /** Longest wait for the calls in flight when a connection's life is over, in milliseconds. */
  readonly finishMs: number;
}

export const socketLimits: SocketLimits = {
  maxSockets: 500,
  maxSocketsPerAddress: 50,
  maxMessageBytes: 16 * 1024,
  maxMessageParts: 256,
  maxBatchSize: 100,
  maxCallsInFlight: 32,
  maxMessagesPerSecond: 200,
  maxWaitingMessages: 1000,
  maxUnreadBytes: 1024 * 1024,
  contextMs: 10_000,
  pingMs: 15_000,
  pongMs: 5_000,
  lifeMs: 3_600_000,
  finishMs: 10_000,
};
