import { live } from "./life.ts";
import { bounds, calm, foul, leaseMs, type Member, type World } from "./world.ts";

/** Sets a world going, and returns the faults that struck it when it is over. */
export type Story = (world: World) => Promise<readonly string[]>;

export type StoryName =
  | "life"
  | "lease edge"
  | "clock edge"
  | "bypass edge"
  | "joining"
  | "replica"
  | "wrong clock"
  | "lost epoch"
  | "lost eviction";

/** Reads a key again and again, in steps of so long, in a span of time. */
function keepReading(
  world: World,
  reader: Member,
  everyMs: number,
  fromMs: number,
  untilMs: number,
): void {
  for (let atMs = fromMs; atMs < untilMs; atMs += everyMs) {
    world.scheduler.after(atMs - world.scheduler.nowMs, () => {
      if (!reader.process.isKilled) void world.read(reader, ["post:a"]);
    });
  }
}

/** Runs until a process has just renewed its belief, and says when. */
async function nextRenewal({ scheduler, postgres }: World, { process }: Member): Promise<number> {
  const beforeMs = postgres.lastRenewalMs(process);
  while (postgres.lastRenewalMs(process) === beforeMs) {
    await scheduler.runUntil(scheduler.nowMs + 1);
  }
  return postgres.lastRenewalMs(process);
}

async function keepWriting(world: World, writer: Member, longestRestMs: number, untilMs: number) {
  while (world.scheduler.nowMs < untilMs) {
    await writer.process.clock.sleep(world.chance.between(0, longestRestMs));
    await world.write(writer, ["post:a"]);
  }
}

/**
 * A process to which all is slow goes deaf and loses Postgres after a renewal, and another writes:
 * the lease of the one and the wait of the other end at nearly the same moment.
 */
const leaseEdge: Story = async (world) => {
  const { chance, scheduler, redis } = world;
  world.weather = foul;
  const reader = world.join(() => undefined);
  world.weather = calm;
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  await scheduler.runUntil(800);
  const renewedAtMs = await nextRenewal(world, reader);
  keepReading(world, reader, 30, scheduler.nowMs, scheduler.nowMs + leaseMs);
  keepReading(world, reader, 2, renewedAtMs + leaseMs - 50, renewedAtMs + leaseMs + 400);
  redis.muffle(reader.process, 3000);
  scheduler.after(chance.between(0, 250), () => reader.process.cutOff("postgres", 2000));
  scheduler.after(chance.between(0, 100), () => void world.write(writer, ["post:a"]));
  await scheduler.runUntil(3500);
  return [];
};

/**
 * On a network without delays a process is evicted at the very moment of its last renewal, and its
 * clock is slower than the writer's.
 */
const clockEdge: Story = async (world) => {
  const { chance, scheduler, redis } = world;
  world.weather = calm;
  const reader = world.join(() => undefined);
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  await scheduler.runUntil(800);
  const firstMs = await nextRenewal(world, reader);
  const lastMs = firstMs + leaseMs / 4;
  redis.muffle(reader.process, 3000);
  keepReading(world, reader, 50, firstMs, lastMs);
  keepReading(world, reader, 0.5, lastMs + leaseMs - 20, lastMs + leaseMs + 20);
  const patienceMs = bounds.acknowledgeTimeoutMs + chance.between(-3, 3);
  scheduler.after(lastMs - patienceMs - scheduler.nowMs, () => {
    void world.write(writer, ["post:a"]);
  });
  await nextRenewal(world, reader);
  scheduler.after(2, () => reader.process.cutOff("postgres", 2000));
  await scheduler.runUntil(3000);
  return [];
};

/** A bypass that one process does not hear of, and another hears of late. */
const bypassEdge: Story = async (world) => {
  const { chance, scheduler } = world;
  const reader = world.join(() => undefined);
  const starter = world.join(() => undefined);
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  await scheduler.runUntil(800);
  const renewedAtMs = await nextRenewal(world, reader);
  keepReading(world, reader, 30, scheduler.nowMs, scheduler.nowMs + leaseMs);
  keepReading(world, reader, 2, renewedAtMs + leaseMs - 50, renewedAtMs + leaseMs + 100);
  scheduler.after(chance.between(0, 250), () => reader.process.cutOff("postgres", 2000));
  starter.process.cutOff("redis", 3000);
  starter.node.lease.bypass(starter.node.lease.trust()).catch(() => undefined);
  for (let index = 0; index < 4; index += 1) {
    scheduler.after(chance.between(0, 600), () => void world.write(writer, ["post:a"]));
  }
  await scheduler.runUntil(3500);
  return [];
};

/** A process whose messages break again and again leaves and joins while others write. */
const joining: Story = async (world) => {
  const { chance, scheduler, redis } = world;
  const reader = world.join(() => undefined);
  keepReading(world, reader, 4, 500, 3000);
  world.join((member) => void keepWriting(world, member, 20, 3000));
  for (let atMs = 500; atMs < 2800; atMs += chance.between(20, 150)) {
    scheduler.after(atMs, () => redis.cutMessages(reader.process, 0));
    scheduler.after(atMs + chance.between(0, 20), () => redis.muffle(reader.process, 40));
  }
  await scheduler.runUntil(3000);
  return [];
};

/** After a failover one process goes on asking the old master, which becomes a replica. */
const replica: Story = async (world) => {
  const { chance, scheduler, redis } = world;
  const reader = world.join(() => undefined);
  keepReading(world, reader, 5, 500, 3500);
  const writer = world.join((member) => void keepWriting(world, member, 60, 3500));
  await scheduler.runUntil(700);
  const delays = new Map([[writer.process, chance.between(0, 50)]]);
  redis.failOver(
    [writer.process, reader.process],
    (process) => delays.get(process) ?? 2500,
    chance.between(0, 600),
  );
  await scheduler.runUntil(3500);
  return [];
};

/** A clock of a process stands still or is set back while it cannot ask Postgres, and another writes. */
const wrongClock: Story = async (world) => {
  const { chance, scheduler, redis } = world;
  world.weather = calm;
  const reader = world.join(() => undefined);
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  await scheduler.runUntil(800);
  await nextRenewal(world, reader);
  keepReading(world, reader, 20, scheduler.nowMs, scheduler.nowMs + 3 * leaseMs);
  redis.muffle(reader.process, 3000);
  reader.process.cutOff("postgres", 3000);
  scheduler.after(chance.between(10, 200), () => {
    if (chance.happens(0.5)) reader.process.suspend(chance.between(0, 2 * leaseMs));
    else reader.process.stepWallClock(-chance.between(0, 2 * leaseMs));
  });
  scheduler.after(chance.between(0, 100), () => void world.write(writer, ["post:a"]));
  await scheduler.runUntil(4500);
  return [];
};

/**
 * A failover of Postgres loses a bypass and the adoption that ended it. A process that knows the one
 * and not the other is given the number of that bypass again, while the adopted store is in use.
 */
const lostEpoch: Story = async (world) => {
  const { chance, scheduler, postgres } = world;
  world.weather = calm;
  const reader = world.join(() => undefined);
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  const starter = world.join(() => undefined);
  await scheduler.runUntil(800);
  const bypassedAtMs = scheduler.nowMs;
  for (const { process } of [writer, starter]) process.cutOff("redis", 5000);
  writer.node.lease.bypass(writer.node.lease.trust()).catch(() => undefined);
  const isAdopted = (): boolean => reader.node.lease.trust() !== undefined;
  for (const isDue of [() => !isAdopted(), isAdopted]) {
    while (!isDue() && scheduler.nowMs < 3000) await scheduler.runUntil(scheduler.nowMs + 1);
  }
  const adoptedAtMs = scheduler.nowMs;
  keepReading(world, reader, 5, adoptedAtMs, adoptedAtMs + leaseMs);
  await scheduler.runUntil(adoptedAtMs + chance.between(5, 40));
  reader.process.cutOff("postgres", leaseMs);
  postgres.failOver(scheduler.nowMs - bypassedAtMs);
  starter.node.lease.bypass(undefined).catch(() => undefined);
  for (let afterMs = 5; afterMs < 500; afterMs += 5) {
    scheduler.after(afterMs, () => void world.write(writer, ["post:a"]));
  }
  await scheduler.runUntil(adoptedAtMs + 2 * leaseMs);
  return [];
};

/** A failover of Postgres loses the eviction of a process, which goes on and is evicted again. */
const lostEviction: Story = async (world) => {
  const { chance, scheduler, postgres, redis } = world;
  world.weather = calm;
  const reader = world.join(() => undefined);
  const writer = world.join((member) => void world.write(member, ["post:a"]));
  await scheduler.runUntil(800);
  keepReading(world, reader, 20, scheduler.nowMs, scheduler.nowMs + 3 * leaseMs);
  await nextRenewal(world, reader);
  const silences = [0, chance.between(leaseMs, 2 * leaseMs)];
  for (const afterMs of silences) {
    scheduler.after(afterMs, () => redis.muffle(reader.process, chance.between(60, 150)));
    scheduler.after(afterMs + 1, () => void world.write(writer, ["post:a"]));
  }
  scheduler.after(chance.between(50, 250), () => postgres.failOver());
  scheduler.after(silences[1] ?? 0, () => reader.process.cutOff("postgres", leaseMs));
  await scheduler.runUntil(4500);
  return [];
};

/** The life of a service, and stories that bring about what is too rare in it. */
export const stories: Readonly<Record<StoryName, Story>> = {
  life: live,
  "lease edge": leaseEdge,
  "clock edge": clockEdge,
  "bypass edge": bypassEdge,
  joining,
  replica,
  "wrong clock": wrongClock,
  "lost epoch": lostEpoch,
  "lost eviction": lostEviction,
};

export const storyNames: readonly StoryName[] = Object.keys(stories) as StoryName[];
