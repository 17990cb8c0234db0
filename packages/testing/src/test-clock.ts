/** A stretch of time; its parts are added up. Default of each: 0. */
export interface TestDuration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** The time that auth goes by. It stands still until a test moves it. */
export interface TestClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Moves on: access tokens expire, sessions end, limits let calls through again. Timers do not run
   * off by it: call what they would have called, `auth.purge()` for instance.
   *
   * @returns the new time, in milliseconds since 1970.
   * @throws RangeError when it is less than 0 or not a number.
   */
  advance(by: TestDuration): number;
}

export function createTestClock(startAt: Date): TestClock {
  let nowMs = startAt.getTime();
  return {
    now: () => nowMs,
    advance(by) {
      const ms = Math.round(inMilliseconds(by));
      if (!(ms >= 0)) throw new RangeError("A clock is advanced by 0 or more");
      nowMs += ms;
      return nowMs;
    },
  };
}

function inMilliseconds({
  days = 0,
  hours = 0,
  minutes = 0,
  seconds = 0,
  milliseconds = 0,
}: TestDuration): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}
