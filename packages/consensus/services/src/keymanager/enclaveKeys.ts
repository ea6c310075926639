/** The keys of key managers' enclaves, and those that everybody has who runs none. */

import { equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Node, type NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { plainErrors } from './errors.ts'

/** With it signs whoever runs a key manager outside of an enclave. Its seed is public. */
export const INSECURE_RAK: PublicKey = PublicKey.check(
  parseHex('c7c277acfd0529a3495fe405cb9e1df1d8dcba490a060f5ec1d81e1ca0f84432'),
)

/** For it are secrets encrypted where key managers run outside of enclaves. */
export const INSECURE_REK: X25519PublicKey = X25519PublicKey.check(
  parseHex('d9dfa375a98e505854e0b2d9d6f6bb00d64dae8c8b9cb3c1852a9dcf4d772b30'),
)

/** What a node says of a runtime, in each version in which it runs it. */
export function entriesOfRuntime({ runtimes }: Node, id: Namespace): readonly NodeRuntime[] {
  const entries = (runtimes ?? []).filter((entry) => entry !== undefined)
  return entries.filter((entry) => equalBytes(entry.id, id))
}

/** What a node says of the one version in which it runs a key manager. */
export function entryOfKeyManager(node: Node, id: Namespace): NodeRuntime {
  const [entry] = entriesOfRuntime(node, id)
  if (entry === undefined) throw plainErrors.notRunning()
  return entry
}

/** The key with which the enclave of a node signs. */
export function attestationKeyOf(
  { capabilities: { tee } }: NodeRuntime,
  { teeHardware }: Runtime,
): PublicKey {
  if (teeHardware === TEE_HARDWARE.invalid) return INSECURE_RAK
  if (teeHardware !== TEE_HARDWARE.intelSgx) throw plainErrors.teeMismatch()
  if (tee === undefined) throw plainErrors.noTee()
  return tee.rak
}

/** The key for which secrets are encrypted that the enclave of a node is to have. */
function encryptionKeyOf(
  { capabilities: { tee } }: NodeRuntime,
  { teeHardware }: Runtime,
): X25519PublicKey | undefined {
  if (teeHardware === TEE_HARDWARE.invalid) return INSECURE_REK
  return teeHardware === TEE_HARDWARE.intelSgx ? tee?.rek : undefined
}

/** The keys of the nodes' enclaves in hex, each once. Who does not run the key manager has none. */
export function encryptionKeysOf(nodes: readonly Node[], runtime: Runtime): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const node of nodes) {
    const [entry] = entriesOfRuntime(node, runtime.id)
    const key = entry && encryptionKeyOf(entry, runtime)
    if (key !== undefined) keys.add(toHex(key))
  }
  return keys
}
