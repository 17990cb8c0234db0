/** Holds up whoever passes until it is opened, and tells when somebody has come. */
export interface Gate {
  readonly reached: Promise<void>;
  pass(): Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  const arrival = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<void>();
  return {
    reached: arrival.promise,
    async pass() {
      arrival.resolve();
      await opening.promise;
    },
    open: () => opening.resolve(),
  };
}
