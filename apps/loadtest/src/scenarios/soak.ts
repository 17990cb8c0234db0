import { halfOf } from "./fixed-rate.ts";
import { dayLoad } from "./mixed-requests.ts";
import type { Scenario } from "./scenario.ts";

const parts = 12;
const partSeconds = 150;
const shortParts = 2;
const probeSeconds = 10;

export const scenario: Scenario = {
  name: "soak",
  title: "Soak",
  what: `A mixed day at half of what the service takes, in ${parts} parts of ${partSeconds / 60} minutes (--seconds sets another length of a part). Memory is looked at after each.`,
  isOnlyByName: true,
  async run(stage, context) {
    const { isShort } = context.options;
    const count = isShort ? shortParts : parts;
    const { run } = await context.load({
      ...(await dayLoad(stage, isShort)),
      label: "As much as it takes",
      seconds: probeSeconds,
    });
    const loop = halfOf(run.requestsPerSecond);
    const memory: number[] = [];
    for (let part = 1; part <= count; part += 1) {
      const { run: soaked } = await context.load({
        ...(await dayLoad(stage, isShort)),
        label: `Part ${part} of ${count}`,
        loop,
        seconds: partSeconds,
      });
      memory.push(soaked.cost?.memoryMiB ?? Number.NaN);
    }
    const half = memory.slice(Math.floor(memory.length / 2));
    const inWords = (values: readonly number[]): string =>
      values.map((mib) => mib.toFixed(0)).join(", ");
    context.find("plain", `Memory of the largest node after each part: ${inWords(memory)} MiB.`);
    if (half.length < 2) return;
    const growth = (half.at(-1) ?? 0) - (half[0] ?? 0);
    context.find(
      "plain",
      `In the second half it changed by ${growth.toFixed(1)} MiB, in ${half.length - 1} parts.`,
    );
  },
};
