/** The delay, shortened by up to half, so that clients that failed together do not come back together. */
export function jittered(delayMs: number): number {
  const [random = 0] = crypto.getRandomValues(new Uint8Array(1));
  return delayMs * (1 - random / 512);
}
