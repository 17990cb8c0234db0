import { auditEvent } from "../../audit/audit-event.ts";
import type { AuditEvent } from "../../audit/audit-event.ts";
import type { AuditLog } from "../../audit/audit-log.ts";
import type { DerivedKeys } from "../../derived-keys.ts";
import type { AuthEvent } from "../../events.ts";
import type { TokenAlgorithm } from "../../options.ts";
import type { CachePort } from "../../repositories/cache-port.ts";
import type { CachedTables } from "../../repositories/cached-tables.ts";
import { holdKeyGeneration, raiseKeyGeneration, realmId } from "../../repositories/realm.ts";
import {
  destroySigningKey,
  insertSigningKey,
  isKnownSigningKey,
  listSealedSigningKeys,
  setSigningKeyActivation,
  setSigningKeyRetirement,
} from "../../repositories/signing-keys.ts";
import type { SealedSigningKey } from "../../repositories/signing-keys.ts";
import type { AuthTransaction } from "../../repositories/tables.ts";
import { sealSigningKey } from "./key-set.ts";
import { planRetirement, planSuccession } from "./key-times.ts";
import { makePrivateJwk, thumbprintOf } from "./private-jwk.ts";
import type { PrivateJwk } from "./private-jwk.ts";

/** What a change of the signing keys needs. */
export interface KeyChangeParts {
  readonly algorithm: TokenAlgorithm;
  /** The first seals. */
  readonly encryptionKeys: DerivedKeys;
  readonly cache: CachePort;
  readonly realm: CachedTables["realm"];
  readonly audit: Pick<AuditLog, "insert">;
  readonly report: (event: AuthEvent) => void;
  readonly now: () => number;
}

/** Makes the first key of the algorithm, which signs at once; nothing where there is one. */
export async function makeFirstKey(parts: KeyChangeParts): Promise<void> {
  const jwk = await makePrivateJwk(parts.algorithm);
  await changeKeys(parts, async (transaction, keys) => {
    const plan = planSuccession(keysOf(parts.algorithm, keys), parts.now());
    if (plan.kind !== "first") return { value: undefined, events: [] };
    const kid = await insertKey(parts, transaction, jwk, plan.activatesAt);
    await raiseKeyGeneration(transaction);
    const event = auditEvent("key_rotated", "console", parts.now(), { kid });
    return { value: undefined, events: [event] };
  });
}

/** What came of letting a key follow the one that signs. */
export type KeySuccession =
  /** It is published, and signs from `activatesAt` on: milliseconds since 1970. */
  | { readonly kind: "published"; readonly kid: string; readonly activatesAt: number }
  /** Nothing was changed: the key `kid` is published already and waits for its turn. */
  | { readonly kind: "already_waiting"; readonly kid: string; readonly activatesAt: number };

/** What came of importing a key. */
export type KeyImport =
  | KeySuccession
  /** Nothing was changed: the key `kid` is one of ours, or was one. */
  | { readonly kind: "known"; readonly kid: string };

/** Lets a new key follow the one that signs. Of nodes that do so at once, one does. */
export async function rotateKeys(parts: KeyChangeParts): Promise<KeySuccession> {
  const jwk = await makePrivateJwk(parts.algorithm);
  return await changeKeys(parts, (transaction, keys) =>
    publishNext(parts, transaction, keys, jwk, "key_rotated"),
  );
}

/** Lets a key of the operator's follow the one that signs. */
export async function adoptKey(parts: KeyChangeParts, jwk: PrivateJwk): Promise<KeyImport> {
  const kid = await thumbprintOf(jwk);
  return await changeKeys<KeyImport>(parts, async (transaction, keys) => {
    if (await isKnownSigningKey(transaction, kid)) {
      return { value: { kind: "known", kid }, events: [] };
    }
    return await publishNext(parts, transaction, keys, jwk, "key_imported");
  });
}

/** What came of taking a key out of use. */
export type KeyRetirement =
  /** It neither signs nor verifies any more, on any node. */
  | { readonly kind: "retired"; readonly kid: string }
  /** There is no key of this id. */
  | { readonly kind: "unknown" };

/**
 * Destroys a key. If it signs, or is to sign next, another one takes its place in the same
 * transaction.
 */
export async function retireKey(parts: KeyChangeParts, kid: string): Promise<KeyRetirement> {
  return await changeKeys<KeyRetirement>(parts, async (transaction, keys) => {
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) {
      const isDestroyed = await isKnownSigningKey(transaction, kid);
      return { value: isDestroyed ? { kind: "retired", kid } : { kind: "unknown" }, events: [] };
    }

    const nowMs = parts.now();
    const others = keys.filter((each) => each !== key && each.algorithm === key.algorithm);
    const events: AuditEvent[] = [auditEvent("key_retired", "console", nowMs, { kid })];
    await destroySigningKey(transaction, kid, nowMs);
    const plan = planRetirement(key, others, nowMs);
    switch (plan.kind) {
      case "none":
        break;
      case "continue":
        await setSigningKeyRetirement(transaction, plan.kid, null);
        break;
      case "promote":
        await setSigningKeyActivation(transaction, plan.kid, nowMs);
        break;
      case "replace":
        // A key of an algorithm that is not in use any more needs no successor.
        if (key.algorithm === parts.algorithm) {
          const jwk = await makePrivateJwk(parts.algorithm);
          const successor = await insertKey(parts, transaction, jwk, nowMs);
          events.push(auditEvent("key_rotated", "console", nowMs, { kid: successor }));
        }
    }
    await raiseKeyGeneration(transaction);
    return { value: { kind: "retired", kid }, events };
  });
}

interface Change<Value> {
  readonly value: Value;
  /** Written with the change, and reported after it. */
  readonly events: readonly AuditEvent[];
}

/**
 * Runs a change of the signing keys: one at a time over all nodes. `work` raises the key generation
 * with what it changes; the write returns when no node serves the earlier one any more, so every
 * check that starts later is made with the keys as they are now.
 */
async function changeKeys<Value>(
  { cache, realm, audit, report }: KeyChangeParts,
  work: (transaction: AuthTransaction, keys: readonly SealedSigningKey[]) => Promise<Change<Value>>,
): Promise<Value> {
  const { value, events } = await cache.write([realm.key(realmId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    await holdKeyGeneration(transaction);
    const change = await work(transaction, await listSealedSigningKeys(transaction));
    for (const event of change.events) await audit.insert(transaction, event);
    return change;
  });
  for (const event of events) report(event);
  return value;
}

async function publishNext(
  parts: KeyChangeParts,
  transaction: AuthTransaction,
  keys: readonly SealedSigningKey[],
  jwk: PrivateJwk,
  eventKind: "key_rotated" | "key_imported",
): Promise<Change<KeySuccession>> {
  const nowMs = parts.now();
  const plan = planSuccession(keysOf(parts.algorithm, keys), nowMs);
  const { activatesAt } = plan;
  if (plan.kind === "waiting") {
    return { value: { kind: "already_waiting", kid: plan.kid, activatesAt }, events: [] };
  }
  if (plan.kind === "follow") {
    await setSigningKeyRetirement(transaction, plan.predecessor, activatesAt);
  }
  const kid = await insertKey(parts, transaction, jwk, activatesAt);
  await raiseKeyGeneration(transaction);
  return {
    value: { kind: "published", kid, activatesAt },
    events: [auditEvent(eventKind, "console", nowMs, { kid })],
  };
}

function keysOf(
  algorithm: TokenAlgorithm,
  keys: readonly SealedSigningKey[],
): readonly SealedSigningKey[] {
  return keys.filter((key) => key.algorithm === algorithm);
}

async function insertKey(
  { algorithm, encryptionKeys, now }: KeyChangeParts,
  transaction: AuthTransaction,
  jwk: PrivateJwk,
  activatesAtMs: number,
): Promise<string> {
  const window = { createdAtMs: now(), activatesAtMs };
  const key = await sealSigningKey(jwk, algorithm, encryptionKeys[0], window);
  await insertSigningKey(transaction, key);
  return key.kid;
}
