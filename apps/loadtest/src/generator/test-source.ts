import type { CreateSource } from "../load.ts";
import { requestOf } from "./test-target.ts";

export interface TestSourceSettings {
  readonly path?: string;
  /** What it throws when it is asked for this request, from 1. */
  readonly faultyRequest?: number;
}

/** Counts its requests, and reports how many there were. */
export const createSource: CreateSource<TestSourceSettings> = async ({
  path = "/",
  faultyRequest = 0,
}) => {
  let asked = 0;
  return {
    next() {
      asked += 1;
      if (asked === faultyRequest) throw new Error("There are no more requests");
      return requestOf({ path });
    },
    report: () => ({ asked }),
  };
};
