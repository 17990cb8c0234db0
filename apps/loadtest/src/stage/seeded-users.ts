import { createHash } from "node:crypto";

/** Users of one stage, by number; all that is known of them follows from it. */
export interface SeededUsers {
  readonly seed: string;
  readonly first: number;
  readonly count: number;
  readonly sessionsPerUser: number;
  /** Of all of them. */
  readonly password: string;
}

/** What all loads call themselves, so that no login is one from a new device. */
export const userAgent = "portcullis-loadtest";
/** From so many addresses the load comes; a service that is used by many knows no fewer. */
export const addressCount = 10_000;

export function userIdOf({ seed }: Pick<SeededUsers, "seed">, user: number): string {
  return uuidOf(`${seed}:user:${user}`);
}

/** @param at which of the user's sessions, from 0 on. */
export function sessionIdOf({ seed }: Pick<SeededUsers, "seed">, user: number, at = 0): string {
  return uuidOf(`${seed}:session:${user}/${at}`);
}

export function refreshTokenOf({ seed }: Pick<SeededUsers, "seed">, user: number, at = 0): string {
  const secret = sha256(`${seed}:secret:${user}/${at}`).toString("base64url");
  return `${uuidOf(`${seed}:refresh:${user}/${at}`)}.${secret}`;
}

export function emailOf(user: number): string {
  return `user-${user}@loadtest.example`;
}

/** As a proxy in front of the service would name the client. */
export function addressOf(user: number): string {
  const at = user % addressCount;
  return `10.0.${at >> 8}.${at & 255}`;
}

function uuidOf(text: string): string {
  const hex = sha256(text).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
