interface Flight<T> {
  readonly running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Lets one load a key be under way at a time. A caller who comes while one runs shares the NEXT
 * one: the running one began before the call and may have read a row that a write has replaced.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  async join(key: string, load: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return await this.#start(key, load);
    flight.next ??= settled(flight.running).then(() => this.#start(key, load));
    return await flight.next;
  }

  #start(key: string, load: () => Promise<T>): Promise<T> {
    const running = load();
    const flight: Flight<T> = { running };
    this.#flights.set(key, flight);
    void settled(running).then(() => {
      if (this.#flights.get(key) === flight && flight.next === undefined) this.#flights.delete(key);
    });
    return running;
  }
}

/** The end of a promise, whichever; its callers are told which. */
async function settled(promise: Promise<unknown>): Promise<void> {
  await promise.then(
    () => undefined,
    () => undefined,
  );
}
