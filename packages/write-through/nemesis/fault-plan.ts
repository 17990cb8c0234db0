import type { Chance } from "../simulation/chance.ts";
import { inWords, resourcesOf, type Fault, type LinkedServer, type LinkTrouble } from "./fault.ts";

export interface PlannedFault {
  readonly fault: Fault;
  /** After the beginning of its round. */
  readonly delayMs: number;
  readonly durationMs: number;
}

/** One or two faults at once, and the quiet before them, in which everything is whole. */
export interface FaultRound {
  readonly quietMs: number;
  readonly faults: readonly PlannedFault[];
}

const quietMs = { least: 2000, most: 6000 };
const secondFaultProbability = 0.4;
const directions = ["to-server", "to-client"] as const;

/**
 * Chooses the faults of a run. All kinds are dealt from a shuffled deck, so that each comes up
 * before any comes twice.
 */
export function planFaults(chance: Chance, nodes: number, totalMs: number): FaultRound[] {
  const rounds: FaultRound[] = [];
  const deck = new Deck(chance, nodes);
  let atMs = 0;
  for (;;) {
    const first = { ...deck.deal(), delayMs: 0 };
    const faults: PlannedFault[] = [first];
    if (chance.happens(secondFaultProbability)) {
      const second = deck.dealBeside(first.fault);
      const delayMs = whole(chance, 0, first.durationMs);
      if (second !== undefined) faults.push({ ...second, delayMs });
    }
    const round = { quietMs: whole(chance, quietMs.least, quietMs.most), faults };
    atMs += round.quietMs + longestMs(round);
    if (atMs > totalMs) return rounds;
    rounds.push(round);
  }
}

/** How long a round's faults last, if mending them takes no time. */
export function longestMs({ faults }: FaultRound): number {
  return Math.max(...faults.map(({ delayMs, durationMs }) => delayMs + durationMs));
}

/** A line a fault, with the time at which it is due. */
export function planInWords(rounds: readonly FaultRound[]): string[] {
  let atMs = 0;
  return rounds.flatMap((round) => {
    const beginMs = atMs + round.quietMs;
    atMs = beginMs + longestMs(round);
    return round.faults.map(({ fault, delayMs, durationMs }) => {
      const at = ((beginMs + delayMs) / 1000).toFixed(1).padStart(7);
      return `${at} s  for ${(durationMs / 1000).toFixed(1)} s  ${inWords(fault)}`;
    });
  });
}

type Card = () => { readonly fault: Fault; readonly durationMs: number };

class Deck {
  readonly #chance: Chance;
  readonly #nodes: number;
  #cards: Card[] = [];

  constructor(chance: Chance, nodes: number) {
    this.#chance = chance;
    this.#nodes = nodes;
  }

  deal(): ReturnType<Card> {
    if (this.#cards.length === 0) this.#cards = shuffled(this.#chance, this.#allCards());
    const card = this.#cards.pop();
    if (card === undefined) throw new Error("A deck has cards");
    return card();
  }

  /** The next fault that can happen beside another, if the very next one can. */
  dealBeside(other: Fault): ReturnType<Card> | undefined {
    const dealt = this.deal();
    const taken = new Set(resourcesOf(other, this.#nodes));
    if (!resourcesOf(dealt.fault, this.#nodes).some((resource) => taken.has(resource))) {
      return dealt;
    }
    this.#cards.unshift(() => dealt);
    return undefined;
  }

  #allCards(): Card[] {
    const chance = this.#chance;
    const lasting = (leastMs: number, mostMs: number, fault: Fault): ReturnType<Card> => ({
      fault,
      durationMs: whole(chance, leastMs, mostMs),
    });
    const node = (): number => chance.below(this.#nodes);
    const onLink =
      (server: LinkedServer, trouble: () => LinkTrouble): Card =>
      () =>
        lasting(1000, 5000, { kind: "link", server, node: node(), trouble: trouble() });
    const linkCards = (["redis", "postgres"] as const).flatMap((server) =>
      linkTroubles(chance).map((trouble) => onLink(server, trouble)),
    );
    return [
      ...linkCards,
      () => lasting(1500, 4000, { kind: "freeze_node", node: node() }),
      () => lasting(500, 2500, { kind: "kill_node", node: node() }),
      () => lasting(500, 4000, { kind: "freeze_redis" }),
      () => lasting(300, 2000, { kind: "kill_redis", comesBackWith: "nothing" }),
      () => lasting(1000, 4000, { kind: "kill_redis", comesBackWith: "old_snapshot" }),
      () => lasting(500, 500, { kind: "flush_redis" }),
      () => lasting(2000, 5000, failover(chance, this.#nodes, "alive", false)),
      () => lasting(2000, 5000, failover(chance, this.#nodes, "frozen", false)),
      () => lasting(2000, 5000, failover(chance, this.#nodes, "alive", true)),
      () => {
        const trouble = chance.pick(["black_hole", "refuse"] as const);
        return lasting(1500, 5000, { kind: "postgres_unreachable", trouble });
      },
    ];
  }
}

function linkTroubles(chance: Chance): (() => LinkTrouble)[] {
  return [
    () => ({ kind: "latency", ms: whole(chance, 5, 200), jitterMs: whole(chance, 5, 200) }),
    () => ({ kind: "black_hole", direction: chance.pick([...directions, "both"] as const) }),
    () => ({ kind: "half_close", direction: chance.pick(directions) }),
    () => ({ kind: "cut" }),
    () => ({ kind: "refuse" }),
  ];
}

function failover(
  chance: Chance,
  nodes: number,
  oldMaster: "alive" | "frozen",
  failsBack: boolean,
): Fault {
  const order = shuffled(
    chance,
    Array.from({ length: nodes }, (_none, node) => node),
  );
  return {
    kind: "failover",
    oldMaster,
    isBehind: chance.happens(0.5),
    failsBack,
    moves: order.map((node) => ({ node, isCut: chance.happens(0.5) })),
  };
}

function whole(chance: Chance, least: number, most: number): number {
  return Math.round(chance.between(least, most));
}

function shuffled<T>(chance: Chance, items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(chance.below(left.length), 1));
}
