import { keys, type Member, type World } from "./world.ts";

const busyMs = 3000;
const clientsPerProcess = 2;

/** Processes whose clients read and write, and faults of every kind, all by chance. */
export async function live(world: World): Promise<readonly string[]> {
  const faults: string[] = [];
  const count = 2 + world.chance.below(2);
  for (let index = 0; index < count; index += 1) join(world);
  const faultCount = 1 + world.chance.below(6);
  for (let index = 0; index < faultCount; index += 1) {
    const atMs = world.chance.between(0, busyMs - 300);
    world.scheduler.after(atMs, () => faults.push(strike(world)));
  }
  await world.scheduler.runUntil(busyMs);
  return faults;
}

function join(world: World): void {
  world.join((member) => {
    for (let client = 0; client < clientsPerProcess; client += 1) void work(world, member);
  });
}

async function work(world: World, member: Member): Promise<void> {
  const { chance, scheduler } = world;
  while (scheduler.nowMs < busyMs) {
    await member.process.clock.sleep(chance.between(1, 60));
    const wanted = chance.happens(0.2) ? keys : [chance.pick(keys)];
    if (chance.happens(0.25)) await world.write(member, wanted);
    else await world.read(member, wanted);
  }
}

/** Brings about one fault, and says which. */
function strike(world: World): string {
  const { chance, scheduler, redis, postgres, members } = world;
  const { process } = chance.pick(members);
  const ms = chance.between(10, 2500);
  const replaceWhenKilled = (): void => {
    process.whenKilled(() => scheduler.after(ms, () => join(world)));
  };
  const faults: Record<string, () => void> = {
    "redis flushed": () => redis.flush(),
    "redis saves a snapshot": () => redis.save(),
    "redis restarted empty": () => redis.restart(chance.between(1, 1500), false),
    "redis restarted from a snapshot": () => redis.restart(chance.between(1, 500), true),
    "redis failed over": () =>
      redis.failOver(
        members.map((member) => member.process),
        () => chance.between(0, 3000),
        chance.between(0, 1500),
      ),
    "a key evicted": () => redis.evict(chance.pick(keys)),
    "postgres slow to commit": () => postgres.slowDown(ms),
    "postgres failed over": () => postgres.failOver(),
    "sql from outside": () => postgres.writeOutOfBand(chance.pick(keys)),
    "a process paused": () => process.pause(ms),
    "a machine suspended": () => process.suspend(ms),
    "messages to a process cut off": () => redis.cutMessages(process, chance.between(1, 1500)),
    "a process cut off from redis": () => process.cutOff("redis", ms),
    "a process cut off from postgres": () => process.cutOff("postgres", ms),
    "a wall clock stepped": () => process.stepWallClock(chance.between(-20_000, 20_000)),
    "a process killed": () => {
      replaceWhenKilled();
      process.kill();
    },
    "a process killed at one of its next steps": () => {
      replaceWhenKilled();
      process.killAtCall(1 + chance.below(30));
    },
  };
  const name = chance.pick(Object.keys(faults));
  faults[name]?.();
  return `${scheduler.nowMs.toFixed(0)} ms: ${name} (${process.name})`;
}
