import type { RedisFacts } from "@portcullis/server";
import { fault, fine, type Finding } from "./finding.ts";

/** @param unfitness what keeps the cache from trusting this Redis, with what to do after a colon. */
export function judgeRedis(facts: RedisFacts, unfitness: string | undefined): Finding[] {
  const findings: Finding[] = [];
  if (unfitness !== undefined) {
    findings.push(fault("redis", "The cache can not trust this Redis.", `${unfitness}.`));
  }
  if (facts.isSavingFailing) {
    findings.push(
      fault(
        "redis",
        "Redis can not write to its disk, and may refuse changes until it can.",
        "Make room on its disk; or turn saving off, as Portcullis needs nothing of it after a restart.",
      ),
    );
  }
  return findings.length > 0 ? findings : [fine("redis", describe(facts))];
}

function describe({ version, isAppendOnly }: RedisFacts): string {
  const kept = isAppendOnly ? " It keeps an append-only file, which Portcullis does not need." : "";
  return `Redis ${version ?? "of an unnamed version"} answers, and the cache can trust it.${kept}`;
}
