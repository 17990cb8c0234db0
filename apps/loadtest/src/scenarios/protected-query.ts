import type { SeededUsers } from "../stage/seeded-users.ts";
import type { Stage } from "../stage/stage.ts";
import type { ReadSettings } from "./read-load.ts";
import type { Load } from "./scenario.ts";

interface ReadOrder {
  /** In a request. */
  readonly calls: number;
  readonly order: "in turn" | "by chance";
}

const source = new URL("read-load.ts", import.meta.url);

/** The protected query with the tokens of these users, as fast as it is answered. */
export function readLoad(
  { key }: Pick<Stage, "key">,
  users: SeededUsers,
  { calls = 1, order = "by chance" }: Partial<ReadOrder> = {},
): Omit<Load, "label"> {
  const settings: ReadSettings = { tokens: { kind: "minted", key, users, order }, calls };
  return { source, settings, loop: "closed" };
}

/** The same with one token that somebody else has signed. */
export function readLoadOf(token: string, calls: number): Omit<Load, "label"> {
  const settings: ReadSettings = { tokens: { kind: "given", token }, calls };
  return { source, settings, loop: "closed" };
}
