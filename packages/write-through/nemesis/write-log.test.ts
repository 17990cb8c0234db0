import { expect, it } from "vitest";
import { WriteLog } from "./write-log.ts";

function logOf(tell: (log: WriteLog) => void): ReturnType<WriteLog["windows"]> {
  const log = new WriteLog();
  tell(log);
  return log.windows("a", 1, 3);
}

function announce(log: WriteLog, write: number, version: number, atMs: number): void {
  log.prepared("p", { kind: "prepared", write, atMs, versions: { a: version } });
}

function end(
  log: WriteLog,
  write: number,
  endMs: number,
  outcome: "committed" | "unknown" | "refused",
): void {
  log.ended("p", { kind: "write", write, startMs: 0, endMs, outcome });
}

it("places a version between the announcement of its write and the return", () => {
  const { windows, contradictions } = logOf((log) => {
    announce(log, 1, 2, 10);
    end(log, 1, 12, "committed");
    announce(log, 2, 3, 20);
    end(log, 2, 25, "committed");
  });
  expect(contradictions).toEqual([]);
  expect(windows).toEqual([
    { version: 2, earliestMs: 10, latestMs: 12 },
    { version: 3, earliestMs: 20, latestMs: 25 },
  ]);
});

it("leaves the end open when the outcome is unknown or the process was killed", () => {
  const { windows, contradictions } = logOf((log) => {
    announce(log, 1, 2, 10);
    end(log, 1, 12, "unknown");
    announce(log, 2, 3, 20);
    log.processEnded("p");
  });
  expect(contradictions).toEqual([]);
  expect(windows).toEqual([
    { version: 2, earliestMs: 10, latestMs: Infinity },
    { version: 3, earliestMs: 20, latestMs: Infinity },
  ]);
});

it("takes the earliest of those that may have made a version, and only their last attempts", () => {
  const { windows } = logOf((log) => {
    announce(log, 1, 2, 5);
    announce(log, 1, 3, 30);
    announce(log, 2, 2, 10);
    announce(log, 3, 3, 20);
    log.processEnded("p");
  });
  expect(windows.map(({ earliestMs }) => earliestMs)).toEqual([10, 20]);
});

it("believes the write that returned rather than one that may have been rolled back", () => {
  const { windows } = logOf((log) => {
    announce(log, 1, 2, 10);
    end(log, 1, 11, "unknown");
    announce(log, 2, 2, 50);
    end(log, 2, 60, "committed");
    announce(log, 3, 3, 70);
    end(log, 3, 80, "committed");
  });
  expect(windows[0]).toEqual({ version: 2, earliestMs: 50, latestMs: 60 });
});

it.each([
  {
    what: "a refused write that happened",
    tell: (log: WriteLog) => {
      announce(log, 1, 2, 10);
      end(log, 1, 11, "committed");
      announce(log, 2, 3, 20);
      end(log, 2, 21, "refused");
    },
    says: "a version 3 was committed, by a write that was refused or not reported",
  },
  {
    what: "two writes of one version",
    tell: (log: WriteLog) => {
      for (const [write, version] of [2, 3, 3].entries()) {
        announce(log, write, version, 10);
        end(log, write, 11, "committed");
      }
    },
    says: "2 writes made a version 3",
  },
  {
    what: "a write that returned and was lost",
    tell: (log: WriteLog) => {
      for (const [write, version] of [2, 3, 4].entries()) {
        announce(log, write, version, 10);
        end(log, write, 11, "committed");
      }
    },
    says: "the write of a version 4 returned, and Postgres ends at 3",
  },
])("contradicts $what", ({ tell, says }) => {
  expect(logOf(tell).contradictions).toEqual([says]);
});
