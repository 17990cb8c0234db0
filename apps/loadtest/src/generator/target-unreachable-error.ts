import { request } from "undici";

/** A target did not answer at all, so nothing was started. */
export class TargetUnreachableError extends Error {
  override readonly name = "TargetUnreachableError";
  readonly target: string;

  constructor(target: string, why: string) {
    super(`${target} cannot be reached (${why}): check the address, and that the service runs.`);
    this.target = target;
  }
}

const probeTimeoutMs = 5000;

/**
 * Whatever answers in HTTP is there; what it says does not matter.
 *
 * @throws {TargetUnreachableError}
 */
export async function checkReachable(targets: readonly string[]): Promise<void> {
  await Promise.all(targets.map(checkTarget));
}

async function checkTarget(target: string): Promise<void> {
  if (!isOrigin(target)) {
    throw new TargetUnreachableError(target, "it is no origin such as https://auth.example.com");
  }
  try {
    const signal = AbortSignal.timeout(probeTimeoutMs);
    const { body } = await request(target, { signal, reset: true });
    await body.dump();
  } catch (error) {
    throw new TargetUnreachableError(target, whyOf(error));
  }
}

function isOrigin(target: string): boolean {
  const url = URL.parse(target);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.href === `${url.origin}/`;
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ECONNREFUSED":
      return "nothing listens there";
    case "ENOTFOUND":
      return "there is no host of this name";
    default:
      return error.name === "TimeoutError"
        ? `no answer within ${probeTimeoutMs / 1000} s`
        : error.message || code || error.name;
  }
}
